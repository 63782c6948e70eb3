"""Jobs for workbenches."""
