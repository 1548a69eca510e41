using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Versions;

/// <summary>
/// networking.k8s.io/v1 and v1beta1 of Ingress differ in how a backend is written (service.name and service.port, or serviceName and servicePort), in the name
/// of the default backend, and in that v1 wants every path's pathType said.
/// </summary>
internal static class IngressVersions
{
    /// <summary>Changes <paramref name="ingress"/>; null: done, else what has no equal.</summary>
    public static string? Rewrite(JsonObject ingress, string version)
    {
        if (ingress["spec"] is not JsonObject spec)
        {
            return null;
        }

        var toV1 = version == "v1";
        var (from, to) = toV1 ? ("backend", "defaultBackend") : ("defaultBackend", "backend");
        if (spec[from] is JsonObject fallback)
        {
            spec.Remove(from);
            if (Backend(fallback, toV1) is { } why)
            {
                return why;
            }

            spec[to] = fallback;
        }

        foreach (var path in (spec["rules"] as JsonArray ?? []).OfType<JsonObject>().SelectMany(r => r["http"]?["paths"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (path["backend"] is JsonObject backend && Backend(backend, toV1) is { } why)
            {
                return why;
            }

            if (toV1)
            {
                // What v1beta1 takes an absent one for.
                path["pathType"] ??= "ImplementationSpecific";
            }
        }

        return null;
    }

    private static string? Backend(JsonObject backend, bool toV1) => toV1 ? ToV1(backend) : ToBeta(backend);

    private static string? ToV1(JsonObject backend)
    {
        if (backend["serviceName"] is { } name)
        {
            var port = backend["servicePort"]?.DeepClone();
            backend.Remove("serviceName");
            backend.Remove("servicePort");
            var service = new JsonObject { ["name"] = name.DeepClone() };
            if (port is not null)
            {
                service["port"] = port.GetValueKind() == System.Text.Json.JsonValueKind.Number ? new JsonObject { ["number"] = port } : new JsonObject { ["name"] = port };
            }

            backend["service"] = service;
        }

        return null;
    }

    private static string? ToBeta(JsonObject backend)
    {
        if (backend["service"] is JsonObject service)
        {
            if ((service["port"]?["number"] ?? service["port"]?["name"]) is not { } port)
            {
                return $"the backend service {service["name"]} has no port, which v1beta1 needs";
            }

            backend.Remove("service");
            backend["serviceName"] = service["name"]?.DeepClone();
            backend["servicePort"] = port.DeepClone();
        }

        return null;
    }
}
