using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa.Definitions;

/// <summary>Calls Elsa's API as a designer does.</summary>
internal sealed class DesignerApi(HttpClient http) : IDisposable
{
    public const string Root = "/elsa/api/workflow-definitions";

    public static DesignerApi Of(RunningServer server, string? token = null) => new(server.Http(token ?? server.AdminToken));

    /// <summary>Another browser with the same key.</summary>
    public DesignerApi As(string browser)
    {
        http.DefaultRequestHeaders.UserAgent.Clear();
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue(browser, "1"));
        return this;
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body switch
            {
                null => null,
                HttpContent content => content,
                JsonNode json => new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json"),
                string text => new StringContent(text, Encoding.UTF8, "application/json"),
                _ => throw new ArgumentException("A body is JSON or content.", nameof(body)),
            },
        };
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, answer.Length == 0 || response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) != true ? null : JsonNode.Parse(answer, documentOptions: new JsonDocumentOptions { MaxDepth = 1000 }));
    }

    public async Task<JsonObject> OkAsync(string method, string path, object? body = null)
    {
        var (status, answer) = await SendAsync(method, path, body);
        status.Should().Be(HttpStatusCode.OK, "{0} {1}: {2}", method, path, answer?.ToJsonString());
        return answer!.AsObject();
    }

    public Task<byte[]> BytesAsync(string path) => http.GetByteArrayAsync(path);

    public Task<string> TextAsync(string path) => http.GetStringAsync(path);

    public Task<JsonObject> LatestAsync(string definitionId) => OkAsync("GET", $"{Root}/by-definition-id/{definitionId}?versionOptions=Latest");

    public Task<(HttpStatusCode Status, JsonNode? Body)> TrySaveAsync(JsonObject model, bool publish = false) =>
        SendAsync("POST", Root, new JsonObject { ["model"] = model.DeepClone(), ["publish"] = publish });

    /// <summary>The definition as it is answered.</summary>
    public async Task<JsonObject> SaveAsync(JsonObject model, bool publish = false)
    {
        var (status, answer) = await TrySaveAsync(model, publish);
        status.Should().Be(HttpStatusCode.OK, answer?.ToJsonString());
        return answer!["workflowDefinition"]!.AsObject();
    }

    /// <summary>A flowchart with one WriteLine.</summary>
    public static JsonObject Model(string? definitionId, string text = "one", string? name = null) => new()
    {
        ["definitionId"] = definitionId,
        ["name"] = name ?? definitionId,
        ["description"] = "drawn",
        ["root"] = new JsonObject
        {
            ["id"] = "flow",
            ["type"] = "Elsa.Flowchart",
            ["version"] = 1,
            ["activities"] = new JsonArray(WriteLine("say", text)),
            ["connections"] = new JsonArray(),
        },
    };

    public static JsonObject WriteLine(string id, string text) => new()
    {
        ["id"] = id,
        ["type"] = "Elsa.WriteLine",
        ["version"] = 1,
        ["text"] = new JsonObject { ["typeName"] = "String", ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = text } },
    };

    /// <summary>After "say" comes this.</summary>
    public static void Append(JsonObject model, JsonObject activity)
    {
        model["root"]!["connections"]!.AsArray().Add(new JsonObject
        {
            ["source"] = new JsonObject { ["activity"] = "say", ["port"] = "Done" }, ["target"] = new JsonObject { ["activity"] = activity["id"]!.GetValue<string>(), ["port"] = "In" },
        });
        model["root"]!["activities"]!.AsArray().Add(activity);
    }

    public static JsonObject WithText(JsonObject model, string text)
    {
        var copy = model.DeepClone().AsObject();
        copy["root"]!["activities"]![0]!["text"]!["expression"]!["value"] = text;
        return copy;
    }

    /// <summary>What people read in the designer when something is refused.</summary>
    public static string Shown(JsonNode? problem) =>
        string.Join('\n', problem!["errors"]!.AsObject().SelectMany(e => e.Value!.AsArray()).Select(t => t!.GetValue<string>()));

    public void Dispose() => http.Dispose();
}
