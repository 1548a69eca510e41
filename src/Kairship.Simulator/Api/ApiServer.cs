using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Kairship.Simulator.Api;

/// <summary>What one API server needs to know beside its objects.</summary>
/// <param name="Version">Version it says it has, for example <c>v1.34.0</c>.</param>
/// <param name="Authenticate">Whether a bearer token is valid now.</param>
internal sealed record ApiServerOptions(string Version, Func<string, bool> Authenticate)
{
    /// <summary>Clock of time-outs and bookmarks; objects carry the time of their store.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How often a watch that allows bookmarks gets one. A real API server sends one about every minute.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>The Kubernetes API over one store. Faults are a middleware in front of it and none of its business.</summary>
internal static class ApiServer
{
    /// <summary>Serves every path that no other endpoint of the host takes.</summary>
    public static void MapKubernetesApi(this IEndpointRouteBuilder app, ObjectStore store, ApiServerOptions options)
    {
        var handler = new RequestHandler(store, options);
        app.MapFallback("{**path}", handler.HandleAsync);
    }

    /// <summary>Creates what a cluster has from the start: its namespaces.</summary>
    public static void Seed(ObjectStore store)
    {
        foreach (var name in (ReadOnlySpan<string>)["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            store.Create(new ObjectKey("", "namespaces", null, name), new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["kubernetes.io/metadata.name"] = name } },
                ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") },
                ["status"] = new JsonObject { ["phase"] = "Active" },
            });
        }
    }
}
