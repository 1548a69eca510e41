using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Kairship.Simulator.Api.Tables;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Reading;

/// <summary>
/// One watch: the initial objects where asked for, then every change after a revision, with bookmarks. A revision that is too old ends the stream
/// with an ERROR event whose object is the 410 Status.
/// </summary>
internal sealed class WatchStream(ApiCall call, ObjectStore store, ApiServerOptions options)
{
    static readonly ReadOnlyMemory<byte> NewLine = "\n"u8.ToArray();

    /// <summary>Changes that wait for a client that does not read. Beyond them its watch ends, as that of a real API server: it can go on where it was, or list anew.</summary>
    const int MostUnread = 4096;

    readonly ListFilter _filter = ListFilter.Of(call);
    readonly Channel<ObjectChange> _changes = Channel.CreateBounded<ObjectChange>(new BoundedChannelOptions(MostUnread) { SingleReader = true });
    readonly bool _bookmarks = call.Flag("allowWatchBookmarks");
    long _sent;
    bool _columnsTold;
    bool _isOverrun;

    public async Task RunAsync()
    {
        var seconds = int.TryParse(call.Query["timeoutSeconds"], out var s) && s > 0 ? s : 1800;
        var asked = ListQuery.Revision(call.Query["resourceVersion"]);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), options.Clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, call.Aborted);
        call.Http.Response.ContentType = "application/json";
        // A client waits for the headers, and a flush without data does not pass through every wrapped body (faults wrap those of watches).
        await call.Http.Response.StartAsync(call.Aborted);
        using var subscription = store.Subscribe(Note);
        try
        {
            if (await StartAsync(asked))
                await FollowAsync(ended.Token);
        }
        catch (OperationCanceledException)
        {
            // The client went away, or the time is over: a last bookmark tells it where to go on.
            if (_bookmarks && !call.Aborted.IsCancellationRequested)
                await BookmarkAsync(final: true);
        }
    }

    void Note(ObjectChange change)
    {
        if (change.Key.Group == call.Type.StoredGroup && change.Key.Plural == call.Type.Plural && (call.Path.Namespace is null || change.Key.Namespace == call.Path.Namespace)
            && !_changes.Writer.TryWrite(change))
        {
            Volatile.Write(ref _isOverrun, true);
            _changes.Writer.TryComplete();
        }
    }

    // False when the stream ends with an error.
    async Task<bool> StartAsync(long? asked)
    {
        var initial = call.Flag("sendInitialEvents");
        if (initial || asked is null or 0)
        {
            var (objects, revision) = store.Snapshot(call.Type.StoredGroup, call.Type.Plural, call.Path.Namespace);
            _sent = revision;
            foreach (var obj in objects.Select(call.Served).Where(_filter.Matches))
                Write("ADDED", obj);
            if (initial && _bookmarks)
                Write("BOOKMARK", Mark(revision, initialEnd: true));
        }
        else
        {
            if (store.ChangesSince(asked.Value) is not { } missed)
            {
                WriteError(ApiException.Gone($"too old resource version: {asked} ({store.Revision})"));
                await FlushAsync();
                return false;
            }
            _sent = asked.Value;
            foreach (var change in missed)
            {
                if (change.Key.Group == call.Type.StoredGroup && change.Key.Plural == call.Type.Plural && (call.Path.Namespace is null || change.Key.Namespace == call.Path.Namespace))
                    Write(change);
            }
        }
        await FlushAsync();
        return true;
    }

    async Task FollowAsync(CancellationToken ended)
    {
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = options.Clock.CreateTimer(_ => Volatile.Read(ref due).TrySetResult(), null, options.BookmarkInterval, options.BookmarkInterval);
        var more = _changes.Reader.WaitToReadAsync(ended).AsTask();
        while (true)
        {
            await Task.WhenAny(more, due.Task);
            ended.ThrowIfCancellationRequested();
            if (due.Task.IsCompleted)
            {
                Volatile.Write(ref due, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                if (_bookmarks)
                    await BookmarkAsync(final: false);
            }
            if (!more.IsCompleted)
                continue;
            if (!await more)
                return;
            Drain();
            await FlushAsync();
            more = _changes.Reader.WaitToReadAsync(ended).AsTask();
        }
    }

    void Drain()
    {
        while (_changes.Reader.TryRead(out var change))
            Write(change);
    }

    async Task BookmarkAsync(bool final)
    {
        var revision = store.Revision;
        // It would promise changes that were not kept for this client.
        if (Volatile.Read(ref _isOverrun))
            return;
        Drain();
        Write("BOOKMARK", Mark(Math.Max(revision, _sent), initialEnd: false));
        if (final && call.Aborted.IsCancellationRequested)
            return;
        await FlushAsync();
    }

    // A change is seen through the selectors: what begins to match is added, what ceases to match is deleted.
    void Write(ObjectChange change)
    {
        if (change.Revision <= _sent)
            return;
        _sent = change.Revision;
        var (old, obj) = (change.Old is null ? null : call.Served(change.Old), call.Served(change.Object));
        var matched = old is not null && _filter.Matches(old);
        var matches = change.Type != ChangeType.Deleted && _filter.Matches(obj);
        if (matches)
            Write(matched ? "MODIFIED" : "ADDED", obj);
        else if (matched)
            Write("DELETED", change.Type == ChangeType.Deleted ? obj : WithRevision(old!, change.Revision));
    }

    void Write(string type, JsonObject obj)
    {
        var output = call.Http.Response.BodyWriter;
        using (var writer = new Utf8JsonWriter(output, Answers.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WritePropertyName("object");
            if (type != "BOOKMARK" && Negotiation.WantsTable(call))
                Table(obj).WriteTo(writer);
            else if (Negotiation.WantsMetadata(call))
                new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = obj["metadata"]!.DeepClone() }.WriteTo(writer);
            else
                ListAnswer.WriteObject(writer, obj, call.Type);
            writer.WriteEndObject();
        }
        NewLine.Span.CopyTo(output.GetSpan(1));
        output.Advance(1);
    }

    // The columns are told once.
    JsonObject Table(JsonObject obj)
    {
        var table = TableAnswer.Of(call, [obj], ListAnswer.VersionOf(obj), options.Clock, withColumns: !_columnsTold);
        _columnsTold = true;
        return table;
    }

    void WriteError(ApiException error)
    {
        var output = call.Http.Response.BodyWriter;
        using (var writer = new Utf8JsonWriter(output, Answers.Writing))
            new JsonObject { ["type"] = "ERROR", ["object"] = error.ToStatus() }.WriteTo(writer);
        NewLine.Span.CopyTo(output.GetSpan(1));
        output.Advance(1);
    }

    async Task FlushAsync() => await call.Http.Response.BodyWriter.FlushAsync(call.Aborted);

    static JsonObject Mark(long revision, bool initialEnd)
    {
        var meta = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null };
        if (initialEnd)
            meta["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        return new JsonObject { ["metadata"] = meta };
    }

    static JsonObject WithRevision(JsonObject obj, long revision)
    {
        var copy = JsonTree.Copy(obj);
        copy["metadata"]!["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        return copy;
    }
}
