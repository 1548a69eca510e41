using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Api.Reading;
using Kairship.Simulator.Api.Writing;
using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Api;

/// <summary>Verbs on resources: from method and path to the code that does it.</summary>
internal sealed class ResourceEndpoints
{
    static readonly TimeSpan PatienceForRevisions = TimeSpan.FromSeconds(3);

    readonly ObjectStore _store;
    readonly ResourceRegistry _registry;
    readonly ApiServerOptions _options;
    readonly Creation _creation;
    readonly Replacement _replacement;
    readonly PatchWrite _patch;
    readonly Lock _services = new();
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
        _deletion = new Deletion(store);
        _scale = new ScaleEndpoint(store, preparation, change);
        _pods = new PodEndpoints(change);
        _eviction = new Eviction(store);
    }

    public Task HandleAsync(HttpContext http, ApiPath path)
    {
        if (_registry.Types.All(t => t.Group != path.Group) && Array.TrueForAll(Reviews.Types, t => t.Group != path.Group))
            return Answers.NoSuchPageAsync(http);
        var type = _registry.Find(path.Group, path.Version, path.Plural) ?? throw RequestHandler.NoSuchPath();
        if (path.Rest is not null || (path.Namespace is not null && !type.Namespaced))
            throw RequestHandler.NoSuchPath();
        var call = new ApiCall(http, path, type) { Representation = Negotiation.Of(http.Request.Headers.Accept.ToString()) };
        if (call.Representation.Yaml)
            http.Response.ContentType = Answers.Yaml;
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
                await WatchAsync(call);
                return;
            case "GET":
                RequestOptions.CheckList(call, watch: false);
                await ListAnswer.ListAsync(call, await FreshAsync(call, () => ListQuery.Read(call, _store)), _store.Clock);
                return;
            case "POST" when call.Path.Namespace is not null || !call.Type.Namespaced:
                RequestOptions.CheckWrite(call);
                await ListAnswer.ObjectAsync(call, await WriteAsync(call, _creation.Create), _store.Clock, 201);
                return;
            case "DELETE" when call.Type.Verbs.Contains("deletecollection") && (call.Path.Namespace is not null || !call.Type.Namespaced):
                RequestOptions.CheckList(call, watch: false);
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
            case "GET":
                await ListAnswer.ObjectAsync(call, await FreshAsync(call, () => Read(call)), _store.Clock);
                return;
            case "PUT":
                RequestOptions.CheckWrite(call);
                await ListAnswer.ObjectAsync(call, await WriteAsync(call, _replacement.Replace), _store.Clock);
                return;
            case "PATCH":
                RequestOptions.CheckWrite(call, IsApply(call));
                var (obj, created) = await WriteAsync(call, _patch.Patch);
                await ListAnswer.ObjectAsync(call, obj, _store.Clock, created ? 201 : 200);
                return;
            case "DELETE":
                var (answer, isObject) = _deletion.Delete(call, await BodyAsync(call, "DeleteOptions"));
                await (isObject ? ListAnswer.ObjectAsync(call, answer, _store.Clock) : Answers.ObjectAsync(call.Http, answer));
                return;
            default:
                throw NotAllowed();
        }
    }

    async Task StatusAsync(ApiCall call)
    {
        CheckWrite(call);
        var obj = call.Http.Request.Method switch
        {
            "GET" => Read(call),
            "PUT" => _replacement.Replace(call, await BodyAsync(call)),
            "PATCH" => _patch.Patch(call, await BodyAsync(call)).Object,
            _ => throw NotAllowed(),
        };
        await ListAnswer.ObjectAsync(call, obj, _store.Clock);
    }

    async Task ScaleAsync(ApiCall call)
    {
        CheckWrite(call);
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

    async Task WatchAsync(ApiCall call)
    {
        RequestOptions.CheckList(call, watch: true);
        await new WatchStream(call, _store, _options).RunAsync();
    }

    // An address that one request found free must not be found free by another before it is stored.
    async Task<T> WriteAsync<T>(ApiCall call, Func<ApiCall, RequestBody, T> write)
    {
        var body = await BodyAsync(call);
        if (call.Type is not { Group: "", Plural: "services" })
            return write(call, body);
        lock (_services)
            return write(call, body);
    }

    JsonObject Read(ApiCall call) => call.Served(_store.Get(call.Key) ?? throw ApiException.NotFound(call.Key));

    // A read may ask for a revision that is still to come; a real API server waits three seconds for it.
    async Task<T> FreshAsync<T>(ApiCall call, Func<T> read)
    {
        if (ListQuery.Revision(call.Query["resourceVersion"]) is not { } asked || asked <= _store.Revision)
            return read();
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (_store.Subscribe(change =>
        {
            if (change.Revision >= asked)
                due.TrySetResult();
        }))
        {
            if (asked > _store.Revision)
                await Task.WhenAny(due.Task, Task.Delay(PatienceForRevisions, _options.Clock, call.Aborted));
        }
        return asked <= _store.Revision ? read() : throw ListQuery.TooLarge(asked, _store.Revision);
    }

    static void CheckWrite(ApiCall call)
    {
        if (call.Http.Request.Method is "PUT" or "PATCH")
            RequestOptions.CheckWrite(call, IsApply(call));
    }

    static bool IsApply(ApiCall call) => call.Http.Request.ContentType?.Split(';')[0].Trim() == PatchWrite.ApplyMedia;

    static Task<RequestBody> BodyAsync(ApiCall call, string? kind = null) => RequestBody.ReadAsync(call.Http.Request, kind ?? call.Type.Kind);

    static ApiException NotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);
}
