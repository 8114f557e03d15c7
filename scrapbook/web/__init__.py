"""HTTP for people and monitors: health, metrics, links to media, protection from other sites."""
