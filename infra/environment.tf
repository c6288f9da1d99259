# What the containers are told: docs/configuration.md explains each.

locals {
  port     = 3000
  data_dir = "/var/lib/seva"

  environment = {
    SEVA_PROFILE         = "aws"
    SEVA_ADDR            = "0.0.0.0:${local.port}"
    SEVA_BASE_URL        = "https://${var.domain_name}"
    SEVA_DATA_DIR        = local.data_dir
    SEVA_LOG_FORMAT      = "json"
    SEVA_WORKER_PARALLEL = tostring(var.worker_parallel)

    # The load balancer, whose addresses change, says where requests come from. Nobody else in
    # this network reaches a server.
    SEVA_TRUSTED_PROXIES = aws_vpc.main.cidr_block

    AWS_REGION                   = var.region
    SEVA_COGNITO_USER_POOL_ID    = aws_cognito_user_pool.main.id
    SEVA_COGNITO_CLIENT_ID       = aws_cognito_user_pool_client.web.id
    SEVA_COGNITO_ROLE            = "doctor"
    SEVA_S3_AUDIO_BUCKET         = aws_s3_bucket.main["audio"].id
    SEVA_S3_PRESCRIPTIONS_BUCKET = aws_s3_bucket.main["prescriptions"].id
    SEVA_S3_KMS_KEY_ID           = var.kms_key_arn
    SEVA_SECRETS_PREFIX          = var.name
    SEVA_DATABASE_SECRET         = "database"
    SEVA_SES_FROM                = var.mail_from
    SEVA_SES_CONFIGURATION_SET   = aws_sesv2_configuration_set.main.configuration_set_name

    # The image holds the certificates of RDS. The database's secret asks that they be checked:
    # nobody else can pass for the database.
    PGSSLROOTCERT = "/etc/ssl/certs/rds.pem"
  }

  # Put into the environment when a task starts, by its execution role.
  secret_environment = {
    SEVA_COGNITO_CLIENT_SECRET = aws_secretsmanager_secret.cognito.arn
  }
}
