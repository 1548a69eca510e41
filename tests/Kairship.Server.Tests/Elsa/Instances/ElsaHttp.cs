using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa.Instances;

/// <summary>An answer of the API, read.</summary>
internal sealed record ElsaAnswer(HttpStatusCode Status, string Body, HttpResponseMessage Response)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Detail => Json["detail"]!.GetValue<string>();

    public string? Header(string name) => Response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}

/// <summary>Calls as Studio makes them.</summary>
internal static class ElsaHttp
{
    public static async Task<ElsaAnswer> ElsaAsync(this HttpClient http, HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/elsa/api" + path);
        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? (body as JsonNode)?.ToJsonString() ?? JsonSerializer.Serialize(body, JsonSerializerOptions.Web), Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new ElsaAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response);
    }

    public static Task<ElsaAnswer> GetElsaAsync(this HttpClient http, string path) => http.ElsaAsync(HttpMethod.Get, path);

    public static Task<ElsaAnswer> PostElsaAsync(this HttpClient http, string path, object? body = null) => http.ElsaAsync(HttpMethod.Post, path, body ?? "{}");

    /// <summary>Starts a workflow, and is back when it waits or has ended.</summary>
    public static async Task<string> RunAsync(this HttpClient http, string definition, object? input = null, string? correlationId = null)
    {
        var answer = await http.PostElsaAsync($"/workflow-definitions/{definition}/execute", new { input, correlationId, versionOptions = "Latest" });
        answer.Status.Should().Be(HttpStatusCode.OK, answer.Body);
        var id = answer.Header("x-elsa-workflow-instance-id")!;
        await Eventually.HoldsAsync(
            async () => (await http.GetElsaAsync($"/workflow-instances/{id}/execution-state")).Json["subStatus"]!.GetValue<string>() is not ("Pending" or "Executing"), $"{id} waits or has ended");
        return id;
    }
}
