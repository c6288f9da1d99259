resource "aws_cloudwatch_log_group" "main" {
  name              = "/seva/${var.name}"
  retention_in_days = var.log_days
}
