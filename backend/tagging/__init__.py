"""Tags on data sets, tasks, flows, runs and setups."""
