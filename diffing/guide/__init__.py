"""The migration guide: what changes for clients, made of the rules, the entries and the route map."""
