output "url" {
  description = "Where people find SEVA."
  value       = "https://${var.domain_name}"
}

output "repository" {
  description = "Where images are pushed to."
  value       = aws_ecr_repository.main.repository_url
}

output "cluster" {
  description = "Cluster of the services web and worker."
  value       = aws_ecs_cluster.main.name
}

output "log_group" {
  description = "Where both services log to."
  value       = aws_cloudwatch_log_group.main.name
}

output "user_pool_id" {
  description = "Pool of the accounts."
  value       = aws_cognito_user_pool.main.id
}

output "buckets" {
  description = "Buckets of recordings and prescriptions."
  value       = { for key, bucket in aws_s3_bucket.main : key => bucket.id }
}

output "database" {
  description = "Identifier of the database instance."
  value       = aws_db_instance.main.identifier
}
