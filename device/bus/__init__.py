"""Status to the house over MQTT, and the broker that emulation brings along."""
