using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Server.Triggers.Webhooks;

/// <summary>What a webhook's expression sees: the payload, nothing else.</summary>
internal sealed class PayloadScope(string webhook, JsonNode? payload, DateTimeOffset now) : IExpressionScope
{
    public const string Payload = "payload";

    public string InstanceId => "";
    public string? CorrelationId => null;
    public string DefinitionId => webhook;
    public int DefinitionVersion => 1;
    public IEnumerable<string> VariableNames => [];
    public IEnumerable<string> InputNames => [Payload];
    public JsonNode? LastResult => null;
    public DateTimeOffset Now => now;

    public bool TryGetInput(string name, out JsonNode? value)
    {
        var known = name.Equals(Payload, StringComparison.OrdinalIgnoreCase);
        value = known ? payload : null;
        return known;
    }

    public bool TryGetVariable(string name, out JsonNode? value)
    {
        value = null;
        return false;
    }

    public bool TrySetVariable(string name, JsonNode? value) => false;

    public bool TryGetOutput(string activity, string output, out JsonNode? value)
    {
        value = null;
        return false;
    }
}
