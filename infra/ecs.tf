# Web and worker: one image, two services.

locals {
  services = {
    web    = merge(var.web, { group = aws_security_group.web.id, ports = [local.port] })
    worker = merge(var.worker, { group = aws_security_group.worker.id, ports = [] })
  }
}

resource "aws_ecs_cluster" "main" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "main" {
  for_each                 = local.services
  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task[each.key].arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  # Recordings on their way. Fargate encrypts it, and it ends with the task. The image declares the
  # same path as a volume, which is how its owner, the image's user, becomes the owner here.
  volume {
    name = "data"
  }

  container_definitions = jsonencode([{
    name                   = each.key
    image                  = "${aws_ecr_repository.main.repository_url}:${var.image_tag}"
    essential              = true
    command                = ["--role", each.key]
    readonlyRootFilesystem = true
    # Requests get 35 s, then jobs and connections 10 s each at most.
    stopTimeout = 60
    linuxParameters = {
      initProcessEnabled = true
      capabilities       = { drop = ["ALL"] }
    }
    portMappings = [for port in each.value.ports : { containerPort = port, protocol = "tcp" }]
    mountPoints  = [{ sourceVolume = "data", containerPath = local.data_dir }]
    environment = [
      for name, value in local.environment : { name = name, value = value } if value != null
    ]
    secrets = [
      for name, arn in local.secret_environment : { name = name, valueFrom = arn }
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.main.name
        awslogs-region        = var.region
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_ecs_service" "main" {
  for_each               = local.services
  name                   = each.key
  cluster                = aws_ecs_cluster.main.id
  task_definition        = aws_ecs_task_definition.main[each.key].arn
  launch_type            = "FARGATE"
  desired_count          = each.value.count
  enable_execute_command = false
  propagate_tags         = "SERVICE"

  # New tasks first, old ones after; tasks that don't become healthy are taken back.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  # A first start migrates the database.
  health_check_grace_period_seconds = each.key == "web" ? 300 : null

  network_configuration {
    subnets         = aws_subnet.tasks[*].id
    security_groups = [each.value.group]
  }

  dynamic "load_balancer" {
    for_each = each.value.ports

    content {
      target_group_arn = aws_lb_target_group.web.arn
      container_name   = each.key
      container_port   = load_balancer.value
    }
  }

  # A target group can be used once a listener sends to it, and tasks need their secrets.
  depends_on = [
    aws_lb_listener_rule.site,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_secretsmanager_secret_version.session,
    aws_secretsmanager_secret_version.database,
    aws_secretsmanager_secret_version.cognito,
  ]
}
