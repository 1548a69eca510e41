using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kairship.Simulator.Api;

/// <summary>What one API server needs to know beside its objects.</summary>
/// <param name="Version">Version it says it has, for example <c>v1.34.0</c>.</param>
/// <param name="Authenticate">Whether a bearer token is valid now.</param>
internal sealed record ApiServerOptions(string Version, Func<string, bool> Authenticate);

/// <summary>The Kubernetes API over one store. Faults are a middleware in front of it and none of its business.</summary>
internal static class ApiServer
{
    /// <summary>Serves every path that no other endpoint of the host takes.</summary>
    public static void MapKubernetesApi(this IEndpointRouteBuilder app, ObjectStore store, ApiServerOptions options)
    {
        _ = store;
        app.MapFallback("{**path}", context =>
        {
            context.Response.StatusCode = options.Version.Length > 0 ? 501 : 500;
            return Task.CompletedTask;
        });
    }

    /// <summary>Creates what a cluster has from the start: its namespaces.</summary>
    public static void Seed(ObjectStore store)
    {
        foreach (var name in (ReadOnlySpan<string>)["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            store.Create(new ObjectKey("", "namespaces", null, name), new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["labels"] = new System.Text.Json.Nodes.JsonObject { ["kubernetes.io/metadata.name"] = name } },
                ["spec"] = new System.Text.Json.Nodes.JsonObject { ["finalizers"] = new System.Text.Json.Nodes.JsonArray("kubernetes") },
                ["status"] = new System.Text.Json.Nodes.JsonObject { ["phase"] = "Active" },
            });
        }
    }
}
