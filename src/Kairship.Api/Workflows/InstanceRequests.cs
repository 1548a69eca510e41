using System.Text.Json;

namespace Kairship.Api.Workflows;

/// <param name="Activity">An activity's id or name, or an execution id; null: everything that faulted.</param>
public sealed record RetryInstanceRequest(string? Activity = null);

/// <param name="Activity">An activity's id or name while it runs once, or an execution id.</param>
/// <param name="Outcomes">What it leaves by; null: "Done".</param>
public sealed record SkipActivityRequest(string Activity, IReadOnlyList<string>? Outcomes = null);

/// <param name="Value">Converted to the variable's declared type.</param>
/// <param name="Execution">The execution from which the variable is looked up outwards; null: one of the workflow.</param>
public sealed record SetVariableRequest(JsonElement Value, string? Execution = null);

/// <param name="Input">Inputs by name; declared ones are converted to their type.</param>
/// <param name="Version">Null: the published one. A draft cannot be run.</param>
public sealed record RunWorkflowRequest(JsonElement? Input = null, string? CorrelationId = null, string? Name = null, int? Version = null);
