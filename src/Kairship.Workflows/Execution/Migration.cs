using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Definitions;

namespace Kairship.Workflows.Execution;

/// <summary>
/// Takes an instance's snapshot to another version of its definition, or says what stands against it. Pure. Whatever runs, waits or has faulted must be in the new version at the
/// same place, of the same type; tokens stay where they are; nothing that completed may lie ahead of them again.
/// </summary>
internal sealed class Migration
{
    // Their waits are told by name and time alone. Everything else that has begun outside has its id in idempotency keys.
    private static readonly HashSet<string> FreeToRename = new(StringComparer.OrdinalIgnoreCase) { "Elsa.Event", "Elsa.Delay", "Elsa.Timer", "Elsa.Cron", "Elsa.StartAt" };

    private readonly WorkflowGraph from;
    private readonly WorkflowGraph to;
    private readonly InstanceState state;
    private readonly ExecutionTree tree;
    private readonly MigrationPlan plan;
    private readonly List<MigrationProblem> problems = [];
    private readonly List<string> notes = [];

    private Migration(WorkflowGraph from, WorkflowGraph to, InstanceState state, MigrationPlan plan)
    {
        (this.from, this.to, this.state, this.plan) = (from, to, state, plan);
        tree = new ExecutionTree(state);
    }

    /// <summary>The report, and the new snapshot when there is no problem. The one given is left as it is.</summary>
    public static (MigrationReport Report, InstanceState? State) Of(WorkflowGraph from, WorkflowGraph to, InstanceState state, MigrationPlan plan)
    {
        var copy = StateSerializer.Read(StateSerializer.Write(state));
        var migration = new Migration(from, to, copy, plan);
        migration.Run();
        return (new MigrationReport(from.Version, to.Version, migration.problems, migration.notes), migration.problems.Count == 0 ? copy : null);
    }

    private void Run()
    {
        if (state.IsFinal)
        {
            Problem(null, MigrationCode.Over, $"The instance is {state.Phase}: there is nothing left to run by another version.");
            return;
        }

        if (from.DefinitionId != to.DefinitionId)
        {
            Problem(null, MigrationCode.OtherDefinition, $"The instance runs '{from.DefinitionId}', the version is one of '{to.DefinitionId}'.");
            return;
        }

        if (state.Rollbacks is { Count: > 0 })
        {
            Problem(null, MigrationCode.Undoing, "Something is being undone: wait until the compensations have run.");
            return;
        }

        CheckPlan();
        CheckCompensations();
        foreach (var execution in tree.All)
        {
            Check(execution);
        }

        if (problems.Count > 0)
        {
            return;
        }

        foreach (var execution in tree.All)
        {
            Adapt(execution, from.ById[execution.ActivityId], Target(execution)!);
        }

        new MigratedVariables(from, to, state, Target, Problem, notes.Add).Apply();
        if (problems.Count == 0)
        {
            Rename();
            (state.VersionId, state.Version, state.ContentHash) = (to.VersionId, to.Version, to.ContentHash);
        }
    }

    private void CheckPlan()
    {
        foreach (var (old, renamed) in plan.Activities)
        {
            if (renamed is null)
            {
                Problem(old, MigrationCode.Plan, $"The plan maps '{old}' to nothing: name an activity of version {to.Version}, or leave it out.");
            }
            else if (!from.ById.ContainsKey(old) || !to.ById.ContainsKey(renamed))
            {
                Problem(old, MigrationCode.Plan, $"The plan maps '{old}' to '{renamed}': {(from.ById.ContainsKey(old) ? $"version {to.Version} has no '{renamed}'" : $"version {from.Version} has no '{old}'")}.");
            }
        }

        foreach (var same in plan.Activities.Where(a => a.Value is not null && from.ById.ContainsKey(a.Key)).GroupBy(a => a.Value).Where(g => g.Skip(1).Any() || g.Single().Key != g.Key && from.ById.ContainsKey(g.Key) && !plan.Activities.ContainsKey(g.Key)))
        {
            Problem(same.First().Key, MigrationCode.Plan, $"The plan maps two activities to '{same.Key}'.");
        }
    }

    /// <summary>What completed must still be undone in the way that it says.</summary>
    private void CheckCompensations()
    {
        foreach (var id in (state.Compensations ?? []).Select(c => c.ActivityId).Distinct().Where(id => to.ById.GetValueOrDefault(plan.Map(id))?.Policy.Compensation is null))
        {
            Problem(id, MigrationCode.CompensationGone, $"'{id}' has completed and names a compensation; in version {to.Version} '{plan.Map(id)}' is gone or names none.");
        }
    }

    private ActivityNode? Target(ExecutionState execution) => to.ById.GetValueOrDefault(plan.Map(execution.ActivityId));

    private void Check(ExecutionState execution)
    {
        var old = from.ById[execution.ActivityId];
        if (Target(execution) is not { } target)
        {
            Problem(old.Id, MigrationCode.Gone, $"'{old.Id}' is {Now(execution)}, and version {to.Version} has no activity '{plan.Map(old.Id)}': map it to one, or let it end first.");
            return;
        }

        if (!target.TypeName.Equals(old.TypeName, StringComparison.OrdinalIgnoreCase))
        {
            Problem(old.Id, MigrationCode.OtherType, $"'{old.Id}' is {Now(execution)} as {old.TypeName}; in version {to.Version} '{target.Id}' is {target.TypeName}.");
            return;
        }

        var parent = tree.ParentOf(execution) is { } above ? Target(above) : null;
        if (!ReferenceEquals(target.Parent, parent) || Port(old) != Port(target))
        {
            Problem(old.Id, MigrationCode.Moved, $"'{old.Id}' is {Now(execution)} inside {Place(old)}; in version {to.Version} '{target.Id}' is inside {Place(target)}.");
            return;
        }

        if (target.Id != old.Id && (tree.ChildrenOf(execution).Count == 0 || old.Activity is BulkDispatchWorkflows) && !FreeToRename.Contains(old.TypeName) && execution.Phase != ExecutionPhase.Completed)
        {
            Problem(old.Id, MigrationCode.Renamed, $"'{old.Id}' is {Now(execution)} and may have begun something outside under its id: it cannot be called '{target.Id}' before it has ended.");
        }
    }

    /// <summary>What a container keeps about its children, by its type.</summary>
    private void Adapt(ExecutionState execution, ActivityNode old, ActivityNode target)
    {
        switch (old.Activity)
        {
            case Flowchart when old.Flowchart is not null && target.Flowchart is not null:
                new MigratedFlowchart(execution, old, target, plan, Live(execution), state.Iterations, Problem).Apply();
                break;
            case Sequence:
                AdaptSequence(execution, old, target);
                break;
            case Activities.BuiltIn.Parallel or Fork:
                var before = old.Children.Values.SelectMany(c => c).Select(c => plan.Map(c.Id)).ToHashSet();
                if (target.Children.Values.SelectMany(c => c).FirstOrDefault(c => !before.Contains(c.Id)) is { } added)
                {
                    Problem(old.Id, MigrationCode.NewBranch, $"The branches of '{old.Id}' have been started; '{added.Id}', new in version {to.Version}, would not be.");
                }

                break;
        }
    }

    private void AdaptSequence(ExecutionState execution, ActivityNode old, ActivityNode target)
    {
        if (Live(execution) is not [var current])
        {
            return;
        }

        var before = old.Child("Activities").ToList();
        var done = before.Take(before.IndexOf(current) + 1).Select(a => plan.Map(a.Id)).ToList();
        var activities = target.Child("Activities").Select(a => a.Id).ToList();
        var position = activities.IndexOf(done[^1]);
        foreach (var again in activities.Skip(position + 1).Where(done.Contains))
        {
            Problem(again, MigrationCode.WouldRerun, $"'{again}' has completed; in version {to.Version} it comes after '{done[^1]}' and would run again.");
        }

        notes.AddRange(activities.Take(position).Where(a => !done.Contains(a)).Select(a => $"'{a}' is new before '{done[^1]}', where the instance has passed: it does not run."));
    }

    private List<ActivityNode> Live(ExecutionState container) => [.. tree.ChildrenOf(container).Select(c => from.ById[c.ActivityId])];

    private void Rename()
    {
        if (plan.Activities.Count == 0)
        {
            return;
        }

        foreach (var execution in state.Executions)
        {
            execution.Parent = Id(execution.Parent);
            execution.Redo = execution.Redo?.ConvertAll(step => step with { ChildId = Id(step.ChildId) });
            execution.Id = Id(execution.Id)!;
        }

        state.Compensations = state.Compensations?.ConvertAll(c => c with { ActivityId = plan.Map(c.ActivityId), ExecutionId = Id(c.ExecutionId)!, Scope = Id(c.Scope) });
        state.Incidents = state.Incidents?.ConvertAll(i => i with { ExecutionId = Id(i.ExecutionId) });
        state.Trigger = state.Trigger is { } trigger ? trigger with { ActivityId = plan.Map(trigger.ActivityId) } : null;
        state.Iterations = Renamed(state.Iterations);
        state.ActivityOutputs = state.ActivityOutputs is { } outputs ? Renamed(outputs) : null;
    }

    private string? Id(string? executionId) =>
        executionId?.LastIndexOf('/') is { } slash ? plan.Map(executionId[..slash]) + executionId[slash..] : null;

    private Dictionary<string, T> Renamed<T>(Dictionary<string, T> byActivity)
    {
        var renamed = new Dictionary<string, T>();
        foreach (var (id, value) in byActivity.OrderBy(a => plan.Activities.ContainsKey(a.Key)))
        {
            renamed[plan.Map(id)] = value;
        }

        return renamed;
    }

    private void Problem(string? activityId, string code, string message) => problems.Add(new MigrationProblem(activityId, code, message));

    private static string Now(ExecutionState execution) => execution.Phase switch
    {
        ExecutionPhase.Waiting => "waiting",
        ExecutionPhase.Faulted => "faulted",
        ExecutionPhase.Completed => "about to be followed",
        _ => "running",
    };

    private static string? Port(ActivityNode node) => node.Parent?.Children.FirstOrDefault(c => c.Value.Contains(node)).Key?.ToUpperInvariant();

    private static string Place(ActivityNode node) => node.Parent is { } parent ? $"'{parent.Id}'" : "nothing, as the root";
}
