using System.Text.Json.Nodes;

namespace Kairship.Workflows.Definitions;

/// <summary>Compiles the connections of a flowchart: ends and ports looked up, the start chosen, loops recognised.</summary>
internal sealed class FlowchartBuilder(Compilation run, string id, JsonObject json, IReadOnlyList<ActivityNode> activities)
{
    private const int MaxConnections = 10_000;

    public FlowchartGraph Build()
    {
        var connections = Connections();
        var incoming = connections.ToLookup(c => c.Target.Id);
        var outgoing = connections.ToLookup(c => c.Source.Id);
        var start = Start(incoming, outgoing);
        var order = FlowchartOrder.Of(activities, outgoing, incoming, start);
        var graph = new FlowchartGraph
        {
            Start = start,
            Connections = connections,
            Outgoing = outgoing,
            Incoming = incoming,
            IncomingForward = connections.Where(c => !order.BackEdges.Contains(c)).ToLookup(c => c.Target.Id),
        };
        if (start is not null)
        {
            new FlowchartChecks(run, graph, order, activities).Run();
        }

        return graph;
    }

    private List<Connection> Connections()
    {
        var connections = new List<Connection>();
        if (json["connections"] is not JsonArray list)
        {
            if (json["connections"] is not null)
            {
                run.Error(id, "connections", ProblemCode.Shape, "'connections' must be a list.");
            }

            return connections;
        }

        if (list.Count > MaxConnections)
        {
            run.Error(id, "connections", ProblemCode.TooMany, $"The flowchart has {list.Count} connections: at most {MaxConnections}.");
            return connections;
        }

        var byId = activities.ToDictionary(a => a.Id);
        var mentioned = Mentioned();
        var seen = new HashSet<(string, string, string)>();
        for (var i = 0; i < list.Count; i++)
        {
            if (One(list[i] as JsonObject, $"connections[{i}]", byId, mentioned) is not { } connection)
            {
                continue;
            }

            if (seen.Add((connection.Source.Id, connection.SourcePort, connection.Target.Id)))
            {
                connections.Add(connection);
            }
            else
            {
                run.Error(connection.Source.Id, $"connections[{i}]", ProblemCode.DuplicateConnection,
                    $"'{connection.Source.Id}' is connected twice from '{connection.SourcePort}' to '{connection.Target.Id}': remove one.");
            }
        }

        return connections;
    }

    /// <summary>Ids of this flowchart's activities in the document: those that did not compile have their own problems already.</summary>
    private HashSet<string> Mentioned() =>
        [.. (json["activities"] as JsonArray ?? []).OfType<JsonObject>().Select(a => DefinitionJson.Text(a["id"])).OfType<string>()];

    private Connection? One(JsonObject? item, string at, Dictionary<string, ActivityNode> byId, HashSet<string> mentioned)
    {
        var (source, sourcePort) = End(item, "source");
        var (target, targetPort) = End(item, "target");
        if (item is null || source is null || target is null)
        {
            run.Error(id, at, ProblemCode.Shape, "A connection is {\"source\": {\"activity\": \"...\", \"port\": \"Done\"}, \"target\": {\"activity\": \"...\", \"port\": \"In\"}}.");
            return null;
        }

        var missing = new[] { source, target }.FirstOrDefault(end => !mentioned.Contains(end));
        if (missing is not null)
        {
            run.Error(id, at, ProblemCode.DanglingConnection,
                $"The connection from '{source}' to '{target}' dangles: this flowchart has no activity '{missing}'.");
            return null;
        }

        if (new[] { source, target }.FirstOrDefault(run.Compensations.Contains) is { } undo)
        {
            run.Error(undo, at, ProblemCode.Policy, $"'{undo}' is a compensation: it runs when what it undoes is undone, and is not connected.");
            return null;
        }

        if (!byId.TryGetValue(source, out var from) || !byId.TryGetValue(target, out var to))
        {
            return null;
        }

        sourcePort ??= "Done";
        if (from.Outcomes is { } outcomes && !outcomes.Contains(sourcePort))
        {
            var close = NearestName.Of(sourcePort, outcomes);
            run.Error(source, at, ProblemCode.UnknownPort,
                $"{from.TypeName} '{source}' has no outcome '{sourcePort}' (to '{target}'). It has: {string.Join(", ", outcomes)}.{(close is null ? "" : $" Did you mean '{close}'?")}");
            return null;
        }

        return new Connection(from, sourcePort, to, targetPort ?? "In");
    }

    /// <summary>An end of a connection: {activity, port}, or as early Elsa 3 wrote it, an id with the port beside it.</summary>
    private static (string? Activity, string? Port) End(JsonObject? connection, string name) => connection?[name] switch
    {
        JsonObject end => (DefinitionJson.Text(end["activity"]), Blank(DefinitionJson.Text(end["port"]))),
        { } node when DefinitionJson.Text(node) is { } activity => (activity, Blank(DefinitionJson.Text(connection[$"{name}Port"]))),
        _ => (null, null),
    };

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private ActivityNode? Start(ILookup<string, Connection> incoming, ILookup<string, Connection> outgoing)
    {
        var named = DefinitionJson.Text(json["start"]) ?? DefinitionJson.Text((json["start"] as JsonObject)?["id"]);
        if (!string.IsNullOrEmpty(named))
        {
            var start = activities.FirstOrDefault(a => a.Id == named);
            if (start is null && !Mentioned().Contains(named))
            {
                run.Error(id, "start", ProblemCode.NoStart, $"'start' names '{named}', which this flowchart does not have.");
            }

            return start;
        }

        if (activities.Count == 0)
        {
            return null;
        }

        var entries = activities.Where(a => !incoming[a.Id].Any()).ToArray();
        foreach (var preferred in new[] { activities.Where(a => a.CanStartWorkflow).ToArray(), activities.Where(a => a.Descriptor.IsStart).ToArray() })
        {
            if (preferred is [var one, var other, ..] && one.Descriptor.IsStart && other.Descriptor.IsStart)
            {
                run.Error(id, "start", ProblemCode.AmbiguousStart, $"The flowchart has two starts, '{one.Id}' and '{other.Id}': remove one, or name one in 'start'.");
            }

            if (preferred.Length > 0)
            {
                return preferred.FirstOrDefault(entries.Contains) ?? preferred[0];
            }
        }

        // An activity left unconnected on the canvas does not make the start doubtful.
        var connected = entries.Where(a => outgoing[a.Id].Any()).ToArray();
        var candidates = connected.Length > 0 ? connected : entries;
        if (candidates.Length == 1)
        {
            return candidates[0];
        }

        if (candidates.Length == 0)
        {
            run.Error(id, "start", ProblemCode.NoStart, "Every activity of the flowchart has an incoming connection: name the first one in 'start'.");
        }
        else
        {
            run.Error(id, "start", ProblemCode.AmbiguousStart,
                $"The flowchart could start at any of {string.Join(", ", candidates.Take(10).Select(a => $"'{a.Id}'"))}: name one in 'start', or connect the others.");
        }

        return null;
    }
}
