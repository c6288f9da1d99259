resource "aws_cognito_user_pool" "main" {
  name                     = var.name
  user_pool_tier           = "ESSENTIALS"
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = "OPTIONAL"
  deletion_protection      = var.deletion_protection ? "ACTIVE" : "INACTIVE"

  username_configuration {
    case_sensitive = false
  }

  software_token_mfa_configuration {
    enabled = true
  }

  # SEVA's own rule; Cognito has to accept whatever SEVA lets through.
  password_policy {
    minimum_length                   = 8
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = true
    temporary_password_validity_days = 3
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  # What somebody is. SEVA writes it at registration.
  schema {
    name                = "role"
    attribute_data_type = "String"
    mutable             = true

    string_attribute_constraints {
      min_length = "1"
      max_length = "32"
    }
  }

  email_configuration {
    email_sending_account = "DEVELOPER"
    source_arn            = aws_sesv2_email_identity.main.arn
    from_email_address    = var.mail_from
    configuration_set     = aws_sesv2_configuration_set.main.configuration_set_name
  }
}

resource "aws_cognito_user_pool_client" "web" {
  name            = "${var.name}-web"
  user_pool_id    = aws_cognito_user_pool.main.id
  generate_secret = true

  explicit_auth_flows           = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true

  # Whoever had a person's token could write these. SEVA keeps the tokens and the client's secret to
  # itself: neither ever reaches a browser.
  read_attributes  = ["email", "email_verified", "name", "custom:role"]
  write_attributes = ["email", "name", "custom:role"]

  # A session that nobody uses ends after 12 h, and each after a day.
  access_token_validity  = 60
  id_token_validity      = 60
  refresh_token_validity = 24
  auth_session_validity  = 5

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }
}
