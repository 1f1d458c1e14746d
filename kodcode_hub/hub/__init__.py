"""The Hugging Face Hub, through ``huggingface_hub`` alone: reading revisions, publishing releases, going back."""
