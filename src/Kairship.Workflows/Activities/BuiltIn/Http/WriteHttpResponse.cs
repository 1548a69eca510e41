using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn.Http;

/// <summary>
/// Answers the last request of this instance that has no response yet. The response is written into the snapshot and nowhere else: whoever holds the request (on any node, also
/// after a crash, also a repetition of it) reads it there. When nobody does, nothing is lost and the workflow goes on.
/// </summary>
internal sealed class WriteHttpResponse : ControlActivity
{
    /// <summary>It is kept in the snapshot.</summary>
    public const int MaxCharacters = 256 * 1024;

    private static readonly string[] NotTheirs = ["Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Keep-Alive", "Trailer", "TE"];

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Elsa.WriteHttpResponse", "HTTP", "Write a response to the current HTTP response object.")
        .WithInput(new InputDescriptor("StatusCode", "HttpStatusCode", "The status code to return.", "dropdown", "OK", Options: [.. Enum.GetValues<HttpStatusCode>().Select(code => code.ToString()).Distinct()]))
        .WithInput(new InputDescriptor("Content", "Object", "The content to write back. String values will be sent as-is, while objects will be serialized to a JSON string."))
        .WithInput(new InputDescriptor("ContentType", "String", "The content type to write when sending the response.", "dropdown", Options: HttpContentTypes.Offered))
        .WithInput(new InputDescriptor("ResponseHeaders", "HttpHeaders", "The headers to send along with the response.", "json-editor", Category: "Advanced"))
        with { DisplayName = "HTTP Response" };

    public override void Execute(ControlContext context)
    {
        var content = context.EvaluateInput("Content");
        var text = content is null ? "" : TypedValue.Text(content);
        if (text.Length > MaxCharacters)
        {
            context.Fault("Input", $"Input 'Content' has {text.Length} characters; a response may have {MaxCharacters}.");
            return;
        }

        var type = InputValues.Text(context.EvaluateInput("ContentType"));
        var response = new JsonObject
        {
            ["status"] = Status(InputValues.Text(context.EvaluateInput("StatusCode"))),
            ["contentType"] = string.IsNullOrEmpty(type) ? content is null or JsonValue && content?.GetValueKind() is null or JsonValueKind.String ? "text/plain" : "application/json" : OneLine(type, "ContentType"),
            ["headers"] = Headers(context.EvaluateInput("ResponseHeaders")),
            ["content"] = text,
        };
        context.Note(context.AnswerRequest(response) is { } request ? $"Response {response["status"]} to request {request}." : "No request of this instance waits for a response: nobody gets it.");
        context.Complete();
    }

    private static int Status(string? given)
    {
        if (string.IsNullOrEmpty(given))
        {
            return 200;
        }

        var isNumber = int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var status);
        status = !isNumber && Enum.TryParse<HttpStatusCode>(given, ignoreCase: true, out var name) ? (int)name : status;
        return status is >= 200 and <= 599 ? status : throw new ExpressionException($"Input 'StatusCode' is '{given}': a name such as Created or a number from 200 to 599 is expected.");
    }

    private static JsonObject Headers(JsonNode? value)
    {
        JsonObject? given;
        try
        {
            given = value switch
            {
                null => [],
                JsonObject o => o,
                _ => string.IsNullOrWhiteSpace(TypedValue.Text(value)) ? [] : TypedValue.Parse(TypedValue.Text(value)) as JsonObject,
            };
        }
        catch (JsonException)
        {
            given = null;
        }

        if (given is null || given.Count > 50 || given.Any(h => h.Key.Length == 0 || !h.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || NotTheirs.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            throw new ExpressionException("Input 'ResponseHeaders' is an object of at most 50 headers such as {\"Location\": \"/orders/7\"}, without those that belong to the connection.");
        }

        return new JsonObject(given.Select(h => KeyValuePair.Create(h.Key, (JsonNode?)JsonValue.Create(
            OneLine(h.Value is JsonArray several ? string.Join(", ", several.Select(TypedValue.Text)) : TypedValue.Text(h.Value), "ResponseHeaders")))));
    }

    private static string OneLine(string text, string input) =>
        text.All(c => c is >= ' ' and <= '~') && text.Length < 4096 ? text : throw new ExpressionException($"Input '{input}' must be one line of ASCII text.");
}
