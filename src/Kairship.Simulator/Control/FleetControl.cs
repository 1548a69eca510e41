using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kairship.Simulator.Faults;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Control;

/// <summary>
/// Breaking and healing clusters from another process, on a loopback port of its own that no fault touches, with a bearer token. Under <c>/sim/v1/clusters</c>:
/// <c>GET</c> and <c>GET NAME</c> (<see cref="ClusterView"/>), <c>POST NAME/faults</c> (one <see cref="FaultRequest"/>), <c>GET</c> and <c>PUT NAME/faults</c> (all
/// switches as <see cref="FaultSettings"/>), <c>DELETE NAME/faults[/FAULT]</c> (heals), <c>POST NAME/compact</c> (watches that resume from before get 410).
/// A refusal is <c>{"error":"..."}</c>.
/// </summary>
internal sealed class FleetControl(string token, TimeProvider clock, IReadOnlyDictionary<string, SimulatedCluster> clusters)
{
    private readonly byte[] _authorization = Encoding.UTF8.GetBytes($"Bearer {token}");

    public async Task HandleAsync(HttpContext context)
    {
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()), _authorization))
        {
            await RefuseAsync(context, 401, "The token of control.json is needed.");
            return;
        }

        try
        {
            var path = (context.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
            var answer = path is ["sim", "v1", "clusters", .. var rest] ? await AnswerAsync(context.Request, rest) : null;
            await (answer is null ? RefuseAsync(context, 404, "There is nothing under this path.") : JsonAsync(context, 200, answer));
        }
        catch (IOException e)
        {
            await RefuseAsync(context, 500, e.Message);
        }
        catch (KeyNotFoundException e)
        {
            await RefuseAsync(context, 404, e.Message);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            await RefuseAsync(context, 400, e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message);
        }
    }

    private async Task<object?> AnswerAsync(HttpRequest request, string[] path)
    {
        switch (request.Method, path)
        {
            case ("GET", []):
                return clusters.Values.Select(ClusterView.Of).ToList();
            case ("GET", [var name]):
                return ClusterView.Of(Find(name));
            case ("GET", [var name, "faults"]):
                return Find(name).Faults.Settings;
            case ("PUT", [var name, "faults"]):
                Find(name).Faults.Set(await ReadAsync<FaultSettings>(request));
                return Saved(Find(name)).Faults.Settings;
            case ("POST", [var name, "faults"]):
                var fault = await ReadAsync<FaultRequest>(request);
                CheckNode(Find(name), fault);
                Find(name).Faults.Change(s => NamedFaults.Apply(s, fault, clock.GetUtcNow()));
                return ClusterView.Of(Saved(Find(name)));
            case ("DELETE", [var name, "faults"]):
                Find(name).Faults.Heal();
                return ClusterView.Of(Saved(Find(name)));
            case ("DELETE", [var name, "faults", var healed]):
                Find(name).Faults.Change(s => NamedFaults.Heal(s, healed));
                return ClusterView.Of(Saved(Find(name)));
            case ("POST", [var name, "compact"]):
                Find(name).Store.Compact();
                return ClusterView.Of(Find(name));
            default:
                return null;
        }
    }

    private SimulatedCluster Find(string name) =>
        clusters.TryGetValue(name, out var found)
            ? found
            : throw new KeyNotFoundException($"No simulated cluster is called \"{name}\"; there are {Some(clusters.Keys)}.");

    private static SimulatedCluster Saved(SimulatedCluster cluster) =>
        cluster.UnsavedFaults is { } why ? throw new IOException($"{cluster.Name} is as you said, but a restart will not remember it: {why}") : cluster;

    private static void CheckNode(SimulatedCluster cluster, FaultRequest fault)
    {
        if (fault is { Fault: "node-down", Node: { Length: > 0 } node } && cluster.Store.Get(new("", "nodes", null, node)) is null)
        {
            var nodes = cluster.Store.List("", "nodes").Select(n => n["metadata"]!["name"]!.GetValue<string>());
            throw new ArgumentException($"{cluster.Name} has no node \"{node}\"; it has {Some(nodes)}.", nameof(fault));
        }
    }

    private static string Some(IEnumerable<string> names)
    {
        List<string> all = [.. names];
        return all.Count <= 10 ? string.Join(", ", all) : $"{string.Join(", ", all.Take(10))} and {all.Count - 10} more";
    }

    private static async Task<T> ReadAsync<T>(HttpRequest request) =>
        await JsonSerializer.DeserializeAsync<T>(request.Body, FaultSettings.Json, request.HttpContext.RequestAborted)
        ?? throw new JsonException("The body is empty.");

    private static Task RefuseAsync(HttpContext context, int code, string error) => JsonAsync(context, code, new { error });

    private static Task JsonAsync(HttpContext context, int code, object answer)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer, answer.GetType(), FaultSettings.Json), context.RequestAborted);
    }
}
