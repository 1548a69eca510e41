using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Http;
using YamlDotNet.Core;

namespace Kairship.Simulator.Api.Bodies;

/// <summary>The parsed body of a request.</summary>
/// <param name="Duplicates">Paths of fields that were given twice.</param>
internal sealed record RequestBody(JsonNode? Node, string MediaType, IReadOnlyList<string> Duplicates)
{
    const int Limit = 3 * 1024 * 1024;

    const string WhatDecodes = "Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";

    /// <summary>The body as an object.</summary>
    /// <exception cref="ApiException">400 when it is none.</exception>
    public JsonObject Object(string kind) => Node as JsonObject ?? throw Unrecognized(kind, Node switch
    {
        null => "unexpected end of JSON input (<empty>)",
        JsonArray => "json: cannot unmarshal array into " + WhatDecodes,
        _ => $"json: cannot unmarshal {(Node.GetValueKind() == JsonValueKind.String ? "string" : "number")} into {WhatDecodes}",
    });

    /// <param name="kind">What the body should be, for errors.</param>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, string kind)
    {
        var media = (request.ContentType ?? "application/json").Split(';')[0].Trim().ToLowerInvariant();
        if (request.Method is "POST" or "PUT" && media is not ("application/json" or "application/yaml" or "application/vnd.kubernetes.protobuf"))
            throw new ApiException(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: "
                + "application/json, application/yaml, application/vnd.kubernetes.protobuf");
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
        {
            if (buffer.Length + read > Limit)
                throw new ApiException(413, "RequestEntityTooLarge", $"Request entity too large: limit is {Limit}");
            buffer.Write(chunk, 0, read);
        }
        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        if (bytes.Length == 0)
            return new RequestBody(null, media, []);
        return Parse(bytes, media, kind);
    }

    static RequestBody Parse(ReadOnlySpan<byte> bytes, string media, string kind)
    {
        var isYaml = media.EndsWith("yaml", StringComparison.Ordinal) && bytes.TrimStart(" \r\n\t"u8) is not [(byte)'{', ..];
        var duplicates = new List<string>();
        try
        {
            if (media == "application/vnd.kubernetes.protobuf")
                return new RequestBody(ProtobufBody.Parse(bytes), media, []);
            var node = isYaml ? YamlBody.Parse(Encoding.UTF8.GetString(bytes)) : JsonBody.Parse(bytes, duplicates);
            return new RequestBody(node, media, duplicates);
        }
        catch (YamlException e)
        {
            throw ApiException.BadRequest($"error decoding YAML: error converting YAML to JSON: yaml: line {e.Start.Line}: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw media.EndsWith("yaml", StringComparison.Ordinal)
                ? ApiException.BadRequest($"error decoding YAML: error converting YAML to JSON: {e.Message}")
                : Unrecognized(kind, e.Message.StartsWith("Expected depth to be zero", StringComparison.Ordinal)
                    ? $"unexpected end of JSON input ({Encoding.UTF8.GetString(bytes)})" : e.Message);
        }
    }

    static ApiException Unrecognized(string kind, string why) =>
        ApiException.BadRequest($"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {why}");
}
