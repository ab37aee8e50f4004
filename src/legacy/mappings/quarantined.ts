/** Tables of the earlier system that have no home with us, and why; their rows are kept whole in quarantine. */
export const quarantined: Record<string, string> = {
  'task.prompt_enhancements':
    'rules for prompts are texts in prompts_db here; these were free JSON that nothing applied',
  'prompts.prompt_enhancements':
    'rules for prompts have a place in a fixed order here; these shared theirs and are written anew',
  'projects.project_repositories':
    'a repository belongs to one project here, the one that it was the only or the primary one of',
  'projects.project_teams': 'members belong to teams here, and these named people of one project each',
  'projects.repository_collaborators': 'the provider knows who may do what with a repository',
  'codebase.file_analysis': 'what files contain is found anew, by their content, with the next analysis',
  'codebase.code_elements': 'what files contain is found anew, by their content, with the next analysis',
  'codebase.relationships': 'what files contain is found anew, by their content, with the next analysis',
  'events.event_sources': 'a source is set up anew, with a signing secret of its own',
  'events.event_processing_queue': 'a queue of the earlier system; nothing of it is to be worked off here',
  'events.event_aggregations': 'counts are made anew from the events',
  'events.subscriptions': 'a subscription is set up anew, with the secrets of its own',
  'events.subscription_deliveries': 'deliveries of the earlier system are over',
  'events.event_patterns': 'patterns are found anew in learning_db',
  'events.event_anomalies': 'anomalies are alerts here, and these name no rule',
};
