"""From seeds to questions, answers, styles and responses: prompts out, replies in. Nothing here touches the world."""
