"""Put grades into the files that learning management systems import."""
