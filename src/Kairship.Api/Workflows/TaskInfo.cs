using System.Text.Json.Nodes;

namespace Kairship.Api.Workflows;

/// <summary>Something that a workflow asked to be done and waits for.</summary>
/// <param name="Payload">What was given along, by name.</param>
public sealed record TaskInfo(string Id, string Name, JsonNode? Payload, string InstanceId, string DefinitionId, string? CorrelationId, string ActivityId);

/// <param name="Changed">False when it was completed before: the first result counts.</param>
public sealed record CompletedTask(string Id, bool Changed);
