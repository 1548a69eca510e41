using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Api;

/// <summary>Writes answers.</summary>
internal static class Answers
{
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public const string Yaml = "application/yaml";

    /// <summary>What is answered beyond all groups.</summary>
    public static Task NoSuchPageAsync(HttpContext http) => TextAsync(http, "404 page not found\n", 404);

    public static Task ObjectAsync(HttpContext http, JsonNode node, int code = 200)
    {
        return WriteAsync(http, writer => node.WriteTo(writer), code);
    }

    public static Task StatusAsync(HttpContext http, ApiException error)
    {
        if (error.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString();
        return ObjectAsync(http, error.ToStatus(), error.Code);
    }

    public static Task TextAsync(HttpContext http, string text, int code = 200)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    public static Task BytesAsync(HttpContext http, byte[] bytes, string media)
    {
        http.Response.ContentType = media;
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    public static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write, int code = 200)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType ??= "application/json";
        if (http.Response.ContentType == Yaml)
        {
            var json = new System.Buffers.ArrayBufferWriter<byte>();
            await using (var writer = new Utf8JsonWriter(json, Writing))
                write(writer);
            await http.Response.WriteAsync(YamlText.Of(JsonNode.Parse(json.WrittenSpan)), http.RequestAborted);
            return;
        }
        await using (var writer = new Utf8JsonWriter(http.Response.BodyWriter, Writing))
            write(writer);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary>The Success answer of a deletion.</summary>
    public static JsonObject Deleted(ObjectKey key, JsonObject obj)
    {
        var details = new JsonObject { ["name"] = key.Name };
        if (key.Group.Length > 0)
            details["group"] = key.Group;
        details["kind"] = key.Plural;
        details["uid"] = obj["metadata"]?["uid"]?.DeepClone();
        return new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }
}
