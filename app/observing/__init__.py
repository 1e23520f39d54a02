"""What operators see of the running town: figures, logs and readiness; never what anybody wrote, nor who."""
