using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Releases;
using Kairship.Api.Webhooks;
using Kairship.Workflows.Expressions;

namespace Kairship.Server.Triggers.Webhooks;

/// <summary>What a delivery asks for, by the webhook's expressions.</summary>
internal sealed record WebhookOrder(string? Source, IReadOnlyList<ImageTag>? Images, string? Revision);

/// <summary>Checks and evaluates a webhook's expressions: JavaScript in which <c>payload</c> is the JSON that was delivered.</summary>
internal sealed class WebhookExpressions(ExpressionCompiler compiler, TimeProvider time)
{
    private const int MaxLength = 4000;
    private const int MaxImages = 50;

    public List<ProblemError> Check(WebhookValues values, string? when)
    {
        List<ProblemError> errors = [];
        foreach (var (path, expression) in All(values, when))
        {
            if (string.IsNullOrWhiteSpace(expression) || expression.Length > MaxLength)
            {
                errors.Add(new ProblemError(path, $"must be an expression of 1 to {MaxLength} characters, such as payload.release.tag_name"));
                continue;
            }

            try
            {
                Compile(expression, "String");
            }
            catch (ExpressionException e)
            {
                errors.Add(new ProblemError(path, e.Message));
            }
        }

        if (values.Images is { Count: > MaxImages })
        {
            errors.Add(new ProblemError("values.images", $"at most {MaxImages} images"));
        }

        if (values is { Images: null or { Count: 0 }, Revision: null, Source: null })
        {
            errors.Add(new ProblemError("values", "must say what to release: images, source, or the revision that exists"));
        }

        return errors;
    }

    /// <exception cref="ExpressionException">It failed on this payload.</exception>
    public bool Applies(string webhook, string? when, JsonNode payload) =>
        when is null || Evaluate(webhook, when, "Boolean", payload) is JsonValue value && value.TryGetValue<bool>(out var holds) && holds;

    /// <exception cref="ExpressionException">An expression failed on this payload, or gave nothing.</exception>
    public WebhookOrder Read(string webhook, WebhookValues values, JsonNode payload) => new(
        values.Source is null ? null : Text(webhook, "values.source", values.Source, payload),
        values.Images is not { Count: > 0 } ? null
            : [.. values.Images.Select(i => new ImageTag(i.Key, Text(webhook, $"values.images.{i.Key}", i.Value, payload)))],
        values.Revision is null ? null : Text(webhook, "values.revision", values.Revision, payload));

    private string Text(string webhook, string path, string expression, JsonNode payload) =>
        Evaluate(webhook, expression, "String", payload) is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
            ? text
            : throw new ExpressionException($"{path} ({expression}) gives nothing for this payload.");

    private JsonNode? Evaluate(string webhook, string expression, string type, JsonNode payload) =>
        Compile(expression, type).Evaluate(new PayloadScope(webhook, payload, time.GetUtcNow()));

    private CompiledExpression Compile(string expression, string type) =>
        compiler.Compile("JavaScript", JsonValue.Create($"(function (payload) {{ return (\n{expression}\n); }})(getInput('{PayloadScope.Payload}'))"), type);

    private static IEnumerable<(string Path, string? Expression)> All(WebhookValues values, string? when)
    {
        foreach (var (name, expression) in values.Images ?? new Dictionary<string, string>())
        {
            yield return ($"values.images.{name}", expression);
        }

        if (values.Revision is not null)
        {
            yield return ("values.revision", values.Revision);
        }

        if (values.Source is not null)
        {
            yield return ("values.source", values.Source);
        }

        if (when is not null)
        {
            yield return ("when", when);
        }
    }
}
