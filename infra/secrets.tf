# What is secret is made here, written once, and read by the tasks. None of it but the client's
# secret, which Cognito makes and the provider reads back, is in the state.

locals {
  database_user = "seva"
}

# Seals the sessions: 32 bytes in hexadecimal digits.
ephemeral "aws_secretsmanager_random_password" "session" {
  password_length     = 64
  exclude_characters  = "ghijklmnopqrstuvwxyz"
  exclude_uppercase   = true
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "session" {
  name        = "${var.name}/session"
  description = "Key that seals the sessions, 64 hexadecimal digits"
}

resource "aws_secretsmanager_secret_version" "session" {
  secret_id                = aws_secretsmanager_secret.session.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.session.random_password
  secret_string_wo_version = var.secret_versions.session

  lifecycle {
    create_before_destroy = true
  }
}

# The database's password by itself: the instance gets it from here, so that both agree even when
# one of the two could not be written.
ephemeral "aws_secretsmanager_random_password" "database" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "password" {
  name        = "${var.name}/database-password"
  description = "Password of the database's user"
}

resource "aws_secretsmanager_secret_version" "password" {
  secret_id                = aws_secretsmanager_secret.password.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.database.random_password
  secret_string_wo_version = var.secret_versions.database

  lifecycle {
    create_before_destroy = true
  }
}

ephemeral "aws_secretsmanager_secret_version" "database" {
  secret_id  = aws_secretsmanager_secret_version.password.secret_id
  version_id = aws_secretsmanager_secret_version.password.version_id
}

# All that SEVA makes the database's address of, in the form that RDS writes.
resource "aws_secretsmanager_secret" "database" {
  name        = "${var.name}/database"
  description = "Where the database is, and its credentials"
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret.database.id
  secret_string_wo = jsonencode({
    engine   = "postgres"
    host     = aws_db_instance.main.address
    port     = aws_db_instance.main.port
    dbname   = aws_db_instance.main.db_name
    username = local.database_user
    password = ephemeral.aws_secretsmanager_secret_version.database.secret_string
    sslmode  = "verify-full"
  })
  secret_string_wo_version = var.secret_versions.database

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_secretsmanager_secret" "cognito" {
  name        = "${var.name}/cognito-client"
  description = "Secret of the app client"
}

resource "aws_secretsmanager_secret_version" "cognito" {
  secret_id     = aws_secretsmanager_secret.cognito.id
  secret_string = aws_cognito_user_pool_client.web.client_secret
}
