"""An event becomes deliveries: who may speak, what each plugin answers, who is told and why, and in which words."""
