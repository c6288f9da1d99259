locals {
  mail_domain = split("@", var.mail_from)[1]
}

resource "aws_sesv2_configuration_set" "main" {
  configuration_set_name = var.name

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

resource "aws_sesv2_email_identity" "main" {
  email_identity         = local.mail_domain
  configuration_set_name = aws_sesv2_configuration_set.main.configuration_set_name

  dkim_signing_attributes {
    next_signing_key_length = "RSA_2048_BIT"
  }
}

# SES signs with three keys in turn.
resource "aws_route53_record" "dkim" {
  count   = 3
  zone_id = var.hosted_zone_id
  name    = "${local.dkim[count.index]}._domainkey.${local.mail_domain}"
  type    = "CNAME"
  records = ["${local.dkim[count.index]}.dkim.amazonses.com"]
  ttl     = 300
}

locals {
  dkim = aws_sesv2_email_identity.main.dkim_signing_attributes[0].tokens
}
