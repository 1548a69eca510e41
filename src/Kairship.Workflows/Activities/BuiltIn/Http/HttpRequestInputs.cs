using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn.Http;

/// <summary>The inputs that both HTTP requests have, and the request that they make.</summary>
internal static class HttpRequestInputs
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];

    public static ActivityDescriptor AddTo(ActivityDescriptor descriptor) => descriptor
        .WithInput(new InputDescriptor("Url", "Uri", IsRequired: true))
        .WithInput(new InputDescriptor("Method", "String", "The HTTP method to use when sending the request.", "dropdown", "GET", Order: 1, Options: Methods))
        .WithInput(new InputDescriptor("Content", "Object", "The content to send with the request: text, or a value that is sent as JSON.", Order: 2))
        .WithInput(new InputDescriptor("ContentType", "String", "The content type to use when sending the request.", "dropdown", Order: 3, Options: HttpContentTypes.Offered))
        .WithInput(new InputDescriptor("Authorization", "String", "The Authorization header value to send with the request. For example: Bearer {some-access-token}",
            Category: "Security", Order: 4, IsSensitive: true))
        .WithInput(new InputDescriptor("DisableAuthorizationHeaderValidation", "Boolean", "A value that allows to add the Authorization header without validation.", "checkbox",
            Category: "Security", Order: 5))
        .WithInput(new InputDescriptor("RequestHeaders", "HttpHeaders", "The headers to send along with the request.", "json-editor", Category: "Advanced", Order: 6, IsSensitive: true))
        .WithInput(new InputDescriptor("EnableResiliency", "Boolean", "Tries again, later and durably, when the server is busy, fails, or cannot be reached.", "checkbox"))
        .WithOutput(new OutputDescriptor("StatusCode", "Int32", "The HTTP response status code"))
        .WithOutput(new OutputDescriptor("ParsedContent", "Object", "The parsed content, if any."))
        .WithOutput(new OutputDescriptor("ResponseHeaders", "HttpHeaders", "The response headers that were received."))
        .WithOutput(new OutputDescriptor("Result", "HttpResponseMessage", "The status code and whether it means success."));

    /// <exception cref="ActivityInputException">An input cannot be used. The message holds no value: it may be a secret.</exception>
    public static HttpRequestMessage Request(EffectContext context)
    {
        if (!Uri.TryCreate(context.RequiredText("Url"), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw Wrong(context, "Url", "must be an absolute http or https address");
        }

        var method = (context.Text("Method") is { Length: > 0 } given ? given : "GET").ToUpperInvariant();
        if (method.Length > 20 || !method.All(char.IsAsciiLetterUpper))
        {
            throw Wrong(context, "Method", $"must be one of {string.Join(", ", Methods)}");
        }

        var request = new HttpRequestMessage(new HttpMethod(method), url) { Content = Content(context) };
        if (method is not ("GET" or "HEAD" or "OPTIONS"))
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", context.IdempotencyKey);
        }

        AddHeaders(context, request);
        return request;
    }

    private static HttpContent? Content(EffectContext context)
    {
        if (context.Inputs["Content"] is not { } content || content is JsonValue v && v.TryGetValue<string>(out var empty) && empty.Length == 0)
        {
            return null;
        }

        var isText = content.GetValueKind() == JsonValueKind.String;
        var type = context.Text("ContentType") is { Length: > 0 } given ? given : isText ? "text/plain" : "application/json";
        if (!MediaTypeHeaderValue.TryParse(type, out var header))
        {
            throw Wrong(context, "ContentType", "must be a media type such as application/json");
        }

        if (content is JsonObject fields && header.MediaType == "application/x-www-form-urlencoded")
        {
            return new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Key, TypedValue.Text(f.Value))));
        }

        var body = new ByteArrayContent(Encoding.UTF8.GetBytes(TypedValue.Text(content)));
        header.CharSet ??= "utf-8";
        body.Headers.ContentType = header;
        return body;
    }

    private static void AddHeaders(EffectContext context, HttpRequestMessage request)
    {
        if (context.Text("Authorization") is { Length: > 0 } authorization)
        {
            if (HasLineBreak(authorization))
            {
                throw Wrong(context, "Authorization", "must be one line");
            }

            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        foreach (var (name, value) in Headers(context))
        {
            var values = value is JsonArray several ? several.Select(TypedValue.Text).ToArray() : [TypedValue.Text(value)];
            if (values.Any(HasLineBreak) || !request.Headers.TryAddWithoutValidation(name, values) && request.Content?.Headers.TryAddWithoutValidation(name, values) != true)
            {
                throw Wrong(context, "RequestHeaders", $"has a header that cannot be sent: '{(name.Length < 60 ? name : name[..60])}'");
            }
        }
    }

    private static JsonObject Headers(EffectContext context)
    {
        try
        {
            return context.Inputs["RequestHeaders"] switch
            {
                null => [],
                JsonObject headers => headers,
                var text when TypedValue.Text(text) is { } json && string.IsNullOrWhiteSpace(json) => [],
                var text => TypedValue.Parse(TypedValue.Text(text)) as JsonObject ?? throw new JsonException(),
            };
        }
        catch (JsonException)
        {
            throw Wrong(context, "RequestHeaders", "must be a JSON object such as {\"Accept\": \"text/plain\"}");
        }
    }

    private static bool HasLineBreak(string text) => text.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0;

    private static ActivityInputException Wrong(EffectContext context, string input, string what) => new(context.ActivityId, input, what);
}
