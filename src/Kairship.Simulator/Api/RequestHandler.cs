using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Api.Discovery;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Api;

/// <summary>Takes every request: who may, what path, which answer.</summary>
internal sealed class RequestHandler
{
    readonly ObjectStore _store;
    readonly ApiServerOptions _options;
    readonly ResourceRegistry _registry;
    readonly ResourceEndpoints _resources;

    public RequestHandler(ObjectStore store, ApiServerOptions options)
    {
        _store = store;
        _options = options;
        _registry = new ResourceRegistry(store);
        _resources = new ResourceEndpoints(store, _registry, options);
    }

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            if (!IsPublic(http.Request.Path) && !Authenticated(http))
                throw new ApiException(401, "Unauthorized", "Unauthorized");
            var path = http.Request.Path.Value ?? "/";
            if (ApiPath.Parse(path) is { } resource && !IsReview(path))
                await _resources.HandleAsync(http, resource);
            else
                await OtherAsync(http, path);
        }
        catch (ApiException e)
        {
            if (!http.Response.HasStarted)
                await Answers.StatusAsync(http, e);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await Answers.StatusAsync(http, new ApiException(500, "InternalError", $"Internal error occurred: {e.Message}"));
        }
    }

    async Task OtherAsync(HttpContext http, string path)
    {
        switch (path.TrimEnd('/'))
        {
            case "/healthz" or "/readyz" or "/livez" or "/healthz/ping" or "/livez/ping" or "/readyz/ping":
                await Answers.TextAsync(http, "ok");
                return;
            case "/version":
                await Answers.ObjectAsync(http, Version());
                return;
            case "":
                await PathsAsync(http, 200);
                return;
            case "/openapi/v2":
                await OpenApiV2Async(http);
                return;
            case "/openapi/v3":
                await Answers.ObjectAsync(http, OpenApiDocuments.Index(_registry.Types, _store.List("apiextensions.k8s.io", "customresourcedefinitions").Count));
                return;
        }
        if (Reviews.Find(path) is not null && HttpMethods.IsPost(http.Request.Method))
        {
            var body = await RequestBody.ReadAsync(http.Request, "Review");
            await Answers.ObjectAsync(http, Reviews.Answer(path, body.Object("Review")) ?? throw NoSuchPath(), 201);
            return;
        }
        if (Document(http, path) is { } document)
            await Answers.ObjectAsync(http, document);
        else if (path.StartsWith("/api/", StringComparison.Ordinal) || DiscoveryDocuments.HasGroup(path, _registry.Types))
            throw NoSuchPath();
        else if (path.StartsWith("/apis/", StringComparison.Ordinal))
            await Answers.NoSuchPageAsync(http);
        else
            await PathsAsync(http, 404);
    }

    Task OpenApiV2Async(HttpContext http)
    {
        var document = OpenApiV2Document.Of(_registry.Types, _options.Version);
        return OpenApiV2Protobuf.IsWanted(http.Request.Headers.Accept.ToString())
            ? Answers.BytesAsync(http, OpenApiV2Protobuf.Of(document), OpenApiV2Protobuf.Media)
            : Answers.ObjectAsync(http, document);
    }

    Task PathsAsync(HttpContext http, int code) =>
        Answers.ObjectAsync(http, new JsonObject { ["paths"] = new JsonArray([.. DiscoveryDocuments.Paths(_registry.Types).Select(p => (JsonNode)p)]) }, code);

    JsonObject? Document(HttpContext http, string path)
    {
        if (path.StartsWith("/openapi/v3/", StringComparison.Ordinal))
            return OpenApiDocuments.Document(path["/openapi/v3/".Length..].TrimEnd('/'), _registry.Types, _options.Version);
        var accept = http.Request.Headers.Accept.ToString();
        if (path.TrimEnd('/') is "/api" or "/apis" && Negotiation.Aggregated(accept) is { } version)
        {
            http.Response.ContentType = $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList";
            return DiscoveryDocuments.Aggregated(path.TrimEnd('/') == "/api", _registry.Types, version);
        }
        return DiscoveryDocuments.At(path, _registry.Types, http.Request.Host.Value ?? "");
    }

    JsonObject Version()
    {
        var numbers = _options.Version.TrimStart('v').Split('.');
        return new JsonObject
        {
            ["major"] = numbers[0],
            ["minor"] = numbers.Length > 1 ? numbers[1] : "0",
            ["gitVersion"] = _options.Version,
            ["gitCommit"] = "simulated",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "1970-01-01T00:00:00Z",
            ["goVersion"] = "none",
            ["compiler"] = "none",
            ["platform"] = "simulated",
        };
    }

    bool Authenticated(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && _options.Authenticate(header["Bearer ".Length..].Trim());
    }

    static bool IsPublic(PathString path) =>
        path.StartsWithSegments("/healthz") || path.StartsWithSegments("/readyz") || path.StartsWithSegments("/livez") || path.StartsWithSegments("/version");

    static bool IsReview(string path) =>
        path.StartsWith("/apis/authorization.k8s.io/v1/", StringComparison.Ordinal) || path.StartsWith("/apis/authentication.k8s.io/v1/", StringComparison.Ordinal);

    internal static ApiException NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource", []);
}
