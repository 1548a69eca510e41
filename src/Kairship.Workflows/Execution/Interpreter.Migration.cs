using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution;

/// <content>Going on as another version.</content>
internal sealed partial class Interpreter
{
    public WorkflowGraph Graph => graph;

    /// <summary>The instance as another version, with what this Outgoing holds so far; or the same one with a line in the journal that says what stands against it.</summary>
    public Interpreter Migrate(DateTimeOffset at, InstanceCommand.Migrate command, WorkflowGraph to)
    {
        Tree.Save();
        var plan = command.Activities is { } map ? new MigrationPlan(map) : MigrationPlan.SameIds;
        var (report, migrated) = Migration.Of(graph, to, State, plan);
        if (migrated is null)
        {
            Refuse(at, command, $"Version {to.Version}: {string.Join(" ", report.Problems.Take(5).Select(p => p.Message))}");
            return this;
        }

        var next = new Interpreter(to, migrated, limits, journalOptions) { current = Outgoing, now = at, parked = parked };
        foreach (var execution in next.Tree.All.Where(e => e.Bookmarks is not null && plan.Activities.Values.Contains(e.ActivityId) && !parked))
        {
            // The rows name the activity.
            foreach (var record in execution.Bookmarks!.Select(b => next.Record(execution, b)))
            {
                Outgoing.AddedBookmarks.RemoveAll(b => b.Id == record.Id);
                Outgoing.AddedBookmarks.Add(record);
            }
        }

        next.Journal(null, "Migrated", $"version {report.FromVersion} to {report.ToVersion}",
            report.Notes.Count == 0 ? null : new JsonObject { ["notes"] = new JsonArray([.. report.Notes.Take(50).Select(n => JsonValue.Create(n))]) });
        return next;
    }
}
