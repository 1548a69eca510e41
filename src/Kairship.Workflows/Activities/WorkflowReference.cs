namespace Kairship.Workflows.Activities;

/// <summary>The version of a workflow that an activity type stands for.</summary>
public sealed record WorkflowReference(string DefinitionId, string VersionId, int Version);
