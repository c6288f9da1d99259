# Least privilege: exactly the calls crates/aws makes. Sign-up, sign-in and all else that SEVA asks of
# Cognito is the public API of a client, which needs no permission.

locals {
  jobs = "arn:${local.partition}:transcribe:${var.region}:${local.account}:medical-transcription-job/seva-*"

  objects = {
    audio         = "${aws_s3_bucket.main["audio"].arn}/audio/*"
    prescriptions = "${aws_s3_bucket.main["prescriptions"].arn}/prescriptions/*"
  }
  transcripts = "${aws_s3_bucket.main["audio"].arn}/${local.transcripts_prefix}*"

  # What both roles do. Each checks its clients when it starts.
  shared_permissions = [
    {
      # HeadBucket; and a missing object is told as missing, not as forbidden.
      Sid      = "Buckets"
      Effect   = "Allow"
      Action   = "s3:ListBucket"
      Resource = [for bucket in aws_s3_bucket.main : bucket.arn]
    },
    {
      # A purge removes the oldest dictations, a failed signing its paper.
      Sid      = "Tidy"
      Effect   = "Allow"
      Action   = "s3:DeleteObject"
      Resource = values(local.objects)
    },
    {
      Sid      = "Secrets"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = [aws_secretsmanager_secret.session.arn, aws_secretsmanager_secret.database.arn]
    },
    {
      # In the worker for a new transcript, in the web for one that was corrected.
      Sid    = "Entities"
      Effect = "Allow"
      Action = [
        "comprehendmedical:DetectEntitiesV2",
        "comprehendmedical:InferRxNorm",
        "comprehendmedical:InferICD10CM",
      ]
      Resource = "*"
    },
  ]

  key_permissions = var.kms_key_arn == null ? [] : [{
    Sid      = "Key"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = [var.kms_key_arn]
  }]

  permissions = {
    web = [
      {
        Sid      = "Objects"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = values(local.objects)
      },
    ]

    worker = [
      {
        Sid      = "Recordings"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = local.objects.audio
      },
      {
        Sid       = "StartJobs"
        Effect    = "Allow"
        Action    = "transcribe:StartMedicalTranscriptionJob"
        Resource  = "*"
        Condition = { StringEquals = { "transcribe:OutputBucketName" = aws_s3_bucket.main["audio"].id } }
      },
      {
        Sid      = "Streams"
        Effect   = "Allow"
        Action   = "transcribe:StartMedicalStreamTranscription"
        Resource = "*"
      },
      {
        Sid      = "EndJobs"
        Effect   = "Allow"
        Action   = ["transcribe:GetMedicalTranscriptionJob", "transcribe:DeleteMedicalTranscriptionJob"]
        Resource = local.jobs
      },
      {
        Sid      = "EndTranscripts"
        Effect   = "Allow"
        Action   = "s3:DeleteObject"
        Resource = local.transcripts
      },
      {
        # Transcribe reads and writes with the permissions of whoever starts a job.
        Sid      = "Transcripts"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = local.transcripts
      },
    ]
  }
}

locals {
  # Nobody but ECS, and only on this account's behalf.
  for_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role" "task" {
  for_each           = local.permissions
  name               = "${var.name}-${each.key}"
  description        = "What SEVA's ${each.key} tasks may do"
  assume_role_policy = local.for_tasks
}

resource "aws_iam_role_policy" "task" {
  for_each = local.permissions
  name     = "seva"
  role     = aws_iam_role.task[each.key].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.shared_permissions, local.key_permissions, each.value)
  })
}

# What ECS itself does before a task runs: fetch the image, open the log, fill the environment.
resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  description        = "Starts SEVA's tasks"
  assume_role_policy = local.for_tasks
}

resource "aws_iam_role_policy" "execution" {
  name = "seva"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Registry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "Image"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = aws_ecr_repository.main.arn
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.main.arn}:*"
      },
      {
        Sid      = "Environment"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = values(local.secret_environment)
      },
    ]
  })
}
