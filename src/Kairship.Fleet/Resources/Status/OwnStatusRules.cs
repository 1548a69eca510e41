using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Rollouts;

namespace Kairship.Fleet.Resources.Status;

/// <summary>The value of a rule's expression for an object. Whoever implements it bounds time and memory, and keeps one evaluation from the next.</summary>
/// <exception cref="StatusExpressionException">The expression failed or ran past a limit.</exception>
public delegate JsonNode? StatusExpression(string expression, JsonObject obj);

/// <summary>An expression of a status rule gives no value; the message is for people.</summary>
public sealed class StatusExpressionException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>An application's rules for kinds of its own. A rule that cannot be evaluated makes the object Unknown: neither is a release let through by it, nor thrown back.</summary>
public sealed class OwnStatusRules(IReadOnlyList<StatusRule> rules, StatusExpression evaluate)
{
    private const int MaxMessage = 500;

    /// <summary>The rule for a kind; null: there is none.</summary>
    public StatusRule? For(ObjectRef reference) => rules.FirstOrDefault(r => r.Group == reference.Group && r.Kind == reference.Kind);

    internal Verdict? Evaluate(ObjectRef reference, JsonObject obj)
    {
        if (For(reference) is not { } rule)
        {
            return null;
        }

        // So that a rule need not ask for a status before there is one.
        var seen = obj;
        if (obj["status"] is not JsonObject)
        {
            seen = (JsonObject)obj.DeepClone();
            seen["status"] = new JsonObject();
        }

        try
        {
            return rule.Failed is { } failed && Holds("failed", failed, seen) ? Verdict.Failed(HealthVerdict.FailedByRule, Message(rule, seen))
                : Holds("current", rule.Current, seen) ? Verdict.Current
                : Verdict.Progress("InProgressByRule", Message(rule, seen));
        }
        catch (StatusExpressionException exception)
        {
            return new Verdict(Health.Unknown, "StatusRuleBroken", exception.Message);
        }
    }

    private bool Holds(string name, string expression, JsonObject obj) => Value(name, expression, obj) switch
    {
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        var other => throw new StatusExpressionException(
            $"the rule's '{name}' gives {Shorten(other?.ToJsonString() ?? "nothing")}; it must give true or false: compare with ===, or negate twice with !!"),
    };

    private string Message(StatusRule rule, JsonObject obj) =>
        rule.Message is { } message && Value("message", message, obj) is { } text ? Shorten(text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : text.ToJsonString()) : "";

    private JsonNode? Value(string name, string expression, JsonObject obj)
    {
        try
        {
            return evaluate(expression, obj);
        }
        catch (StatusExpressionException exception)
        {
            throw new StatusExpressionException($"the rule's '{name}': {exception.Message}", exception);
        }
    }

    private static string Shorten(string text) => text.Length <= MaxMessage ? text : string.Concat(text.AsSpan(0, MaxMessage - 1), "…");
}
