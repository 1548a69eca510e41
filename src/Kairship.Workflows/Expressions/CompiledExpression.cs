using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions;

/// <summary>An expression parsed once per definition version and evaluated many times, by any thread.</summary>
public abstract class CompiledExpression
{
    /// <summary>The value, converted to the type that the input asks for. Never mutates what it reads: a value taken from the scope is cloned.</summary>
    /// <exception cref="ExpressionException">The script failed, ran past a limit, or the value does not convert.</exception>
    public abstract JsonNode? Evaluate(IExpressionScope scope);
}

/// <summary>What an expression can see of a running instance. Implemented by the interpreter.</summary>
public interface IExpressionScope
{
    string InstanceId { get; }
    string? CorrelationId { get; }
    string DefinitionId { get; }
    int DefinitionVersion { get; }

    /// <summary>The nearest variable of that name (case-insensitive) from the activity's own scope outwards.</summary>
    bool TryGetVariable(string name, out JsonNode? value);

    /// <summary>Sets the nearest variable of that name; false when there is none.</summary>
    bool TrySetVariable(string name, JsonNode? value);

    /// <summary>Names of all visible variables, innermost first, without repeats.</summary>
    IEnumerable<string> VariableNames { get; }

    /// <summary>A workflow input (case-insensitive).</summary>
    bool TryGetInput(string name, out JsonNode? value);

    IEnumerable<string> InputNames { get; }

    /// <summary>The last output that the activity with that name or id gave under that output name.</summary>
    bool TryGetOutput(string activity, string output, out JsonNode? value);

    /// <summary>The result of the activity that completed last.</summary>
    JsonNode? LastResult { get; }

    DateTimeOffset Now { get; }
}

/// <summary>An expression does not parse, failed, ran past a limit, or gave a value of the wrong type. The message is for people and names the cause.</summary>
public sealed class ExpressionException(string message, Exception? inner = null) : Exception(message, inner);
