using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Api.Reading;
using Kairship.Simulator.Api.Writing;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Api;

/// <summary>Verbs on resources: from method and path to the code that does it.</summary>
internal sealed class ResourceEndpoints
{
    readonly ObjectStore _store;
    readonly ResourceRegistry _registry;
    readonly ApiServerOptions _options;
    readonly Creation _creation;
    readonly Replacement _replacement;
    readonly PatchWrite _patch;
    readonly Deletion _deletion;
    readonly ScaleEndpoint _scale;
    readonly PodEndpoints _pods;
    readonly Eviction _eviction;

    public ResourceEndpoints(ObjectStore store, ResourceRegistry registry, ApiServerOptions options)
    {
        _store = store;
        _registry = registry;
        _options = options;
        var preparation = new Preparation(store);
        var change = new Change(store);
        _creation = new Creation(store, preparation);
        _replacement = new Replacement(preparation, change);
        _patch = new PatchWrite(store, preparation, _creation, change, _replacement);
        _deletion = new Deletion(store, registry);
        _scale = new ScaleEndpoint(store, preparation, change);
        _pods = new PodEndpoints(change);
        _eviction = new Eviction(store);
    }

    public Task HandleAsync(HttpContext http, ApiPath path)
    {
        var type = _registry.Find(path.Group, path.Version, path.Plural) ?? throw RequestHandler.NoSuchPath();
        if (path.Rest is not null || (path.Namespace is not null && !type.Namespaced))
            throw RequestHandler.NoSuchPath();
        var call = new ApiCall(http, path, type);
        return path switch
        {
            { Name: null } => CollectionAsync(call),
            // An object of a namespaced kind is only reached through its namespace.
            { Namespace: null } when type.Namespaced => throw RequestHandler.NoSuchPath(),
            { Subresource: null } => ObjectAsync(call),
            { Subresource: "status" } when type.HasStatus => StatusAsync(call),
            { Subresource: "scale" } when type.HasScale => ScaleAsync(call),
            _ => SpecialAsync(call),
        };
    }

    async Task CollectionAsync(ApiCall call)
    {
        switch (call.Http.Request.Method)
        {
            case "GET" when call.Flag("watch"):
                await new WatchStream(call, _store, _options).RunAsync();
                return;
            case "GET":
                await ListAnswer.ListAsync(call, ListQuery.Read(call, _store), _store.Clock);
                return;
            case "POST" when call.Path.Namespace is not null || !call.Type.Namespaced:
                await ListAnswer.ObjectAsync(call, _creation.Create(call, await BodyAsync(call)), _store.Clock, 201);
                return;
            case "DELETE" when call.Path.Namespace is not null || !call.Type.Namespaced:
                await ListAnswer.ListAsync(call, _deletion.DeleteAll(call, await BodyAsync(call)), _store.Clock);
                return;
            default:
                throw NotAllowed();
        }
    }

    async Task ObjectAsync(ApiCall call)
    {
        switch (call.Http.Request.Method)
        {
            case "GET" when call.Flag("watch"):
                await new WatchStream(call, _store, _options).RunAsync();
                return;
            case "GET":
                await ListAnswer.ObjectAsync(call, _store.Get(call.Key) ?? throw ApiException.NotFound(call.Key), _store.Clock);
                return;
            case "PUT":
                await ListAnswer.ObjectAsync(call, _replacement.Replace(call, await BodyAsync(call)), _store.Clock);
                return;
            case "PATCH":
                var (obj, created) = _patch.Patch(call, await BodyAsync(call));
                await ListAnswer.ObjectAsync(call, obj, _store.Clock, created ? 201 : 200);
                return;
            case "DELETE":
                await Answers.ObjectAsync(call.Http, _deletion.Delete(call, await BodyAsync(call)));
                return;
            default:
                throw NotAllowed();
        }
    }

    async Task StatusAsync(ApiCall call)
    {
        var obj = call.Http.Request.Method switch
        {
            "GET" => _store.Get(call.Key) ?? throw ApiException.NotFound(call.Key),
            "PUT" => _replacement.Replace(call, await BodyAsync(call)),
            "PATCH" => _patch.Patch(call, await BodyAsync(call)).Object,
            _ => throw NotAllowed(),
        };
        await ListAnswer.ObjectAsync(call, obj, _store.Clock);
    }

    async Task ScaleAsync(ApiCall call)
    {
        var scale = call.Http.Request.Method switch
        {
            "GET" => _scale.Get(call),
            "PUT" => _scale.Replace(call, await BodyAsync(call)),
            "PATCH" => _scale.Patch(call, await BodyAsync(call)),
            _ => throw NotAllowed(),
        };
        await Answers.ObjectAsync(call.Http, scale);
    }

    async Task SpecialAsync(ApiCall call)
    {
        switch (call.Http.Request.Method, call.Type.Group, call.Type.Plural, call.Path.Subresource)
        {
            case ("POST", "", "pods", "binding"):
                await Answers.ObjectAsync(call.Http, _pods.Bind(call, await BodyAsync(call)), 201);
                return;
            case ("POST", "", "pods", "eviction"):
                await Answers.ObjectAsync(call.Http, _eviction.Evict(call, await BodyAsync(call)), 201);
                return;
            case ("GET", "", "pods", "log"):
                _ = _store.Get(call.Key) ?? throw ApiException.NotFound(call.Key);
                await Answers.TextAsync(call.Http, "");
                return;
            case ("PUT", "", "namespaces", "finalize"):
                await ListAnswer.ObjectAsync(call, _pods.Finalize(call, await BodyAsync(call)), _store.Clock);
                return;
            default:
                throw RequestHandler.NoSuchPath();
        }
    }

    static Task<RequestBody> BodyAsync(ApiCall call) => RequestBody.ReadAsync(call.Http.Request);

    static ApiException NotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);
}
