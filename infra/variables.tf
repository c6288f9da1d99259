variable "name" {
  description = "Begins the name of everything that is made."
  type        = string
  default     = "seva"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, 2 to 20 of them, a letter first."
  }
}

variable "region" {
  description = "Region of everything. It has to offer Transcribe Medical and Comprehend Medical; Mumbai does not."
  type        = string
  default     = "us-east-1"
}

variable "domain_name" {
  description = "Host under which people reach SEVA, such as seva.clinic.example."
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone that holds domain_name and the domain of mail_from."
  type        = string
}

variable "mail_from" {
  description = "Sender of mail. Its domain is verified here; an address, not a name with one."
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+$", var.mail_from))
    error_message = "An address such as no-reply@clinic.example."
  }
}

variable "image_tag" {
  description = "Tag of the image to run, in the repository that is made here. Tags can't be moved."
  type        = string
}

variable "web" {
  description = "Size of a web task (1024 units of cpu are one core, memory in MiB), and how many."
  type        = object({ cpu = number, memory = number, count = number })
  default     = { cpu = 512, memory = 1024, count = 2 }
}

variable "worker" {
  description = "Size of a worker task, and how many."
  type        = object({ cpu = number, memory = number, count = number })
  default     = { cpu = 1024, memory = 2048, count = 1 }
}

variable "worker_parallel" {
  description = "Dictations one worker works on at once. They wait for AWS most of the time."
  type        = number
  default     = 4
}

variable "database" {
  description = "Class of the database, its storage in GB and how far it may grow, days of backups."
  type = object({
    class       = string
    storage     = number
    max_storage = number
    backup_days = number
    multi_az    = bool
  })
  default = {
    class       = "db.t4g.small"
    storage     = 20
    max_storage = 200
    backup_days = 14
    multi_az    = true
  }
}

variable "kms_key_arn" {
  description = "Key for recordings and prescriptions, in this region; without one S3's own keys (AES256)."
  type        = string
  default     = null
}

variable "log_days" {
  description = "How long the log is kept. It holds nothing said by or about a patient."
  type        = number
  default     = 400
}

variable "secret_versions" {
  description = "Raise a number to make a new value: docs/operations.md, Rotate a key."
  type        = object({ session = number, database = number })
  default     = { session = 1, database = 1 }
}

variable "deletion_protection" {
  description = "Whether database, pool and load balancer refuse to be removed, and buckets must be empty for it."
  type        = bool
  default     = true
}
