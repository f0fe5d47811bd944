"""The desk as code: read a TOML file, plan what it changes, apply the plan, write the desk down as such a file."""
