using System.Text.RegularExpressions;

namespace Kairship.Server.Tests.Elsa;

/// <summary>What of the recorded answers ours do without, and what they have more, each with its reason. Nothing else may differ.</summary>
internal static class Omissions
{
    private sealed record Entry(string Exchange, string Place, string Reason);

    // The exchange: a part of its name. The place: with everything below; "*" stands for one name.
    private static readonly Entry[] Left =
    [
        new("descriptors_activities", "$.items[].clrType", "Names of another program's classes; Studio does without."),
        new("descriptors_activities", "$.items[].customProperties", "Names of another program's classes; ours are there for workflows used as activities."),
        new("descriptors_activities", "$.items[].inputs[].defaultValue", "Of the input's type; no recorded one is a number."),
        new("descriptors_activities", "$.items[].inputs[].uiSpecifications.singleline", "The address before a path, drawn beside it: a decoration."),
        new("descriptors_activities", "$.items[].inputs[].uiSpecifications.Refresh", "Belongs to that decoration."),
        new("01-list-definitions.002", "$.items[].toolVersion", "Stands in the document, which lists do not read."),
        new("definitions", "$.root.activities[].labels", "An input of an activity that only the recorded server knew, which writes what is not given as null."),
        new("definitions", "$.root.activities[].revision", "As labels."),
        new("definitions_by_id", "$.root.activities[].cluster", "Of the activity that another one stands in for, because only the recorded server could run it."),
        new("definitions_by_id", "$.root.activities[].replicas", "As cluster."),
        new("definitions_by_id", "$.root.activities[].result", "As cluster."),
        new("", "$.workflowState.completionCallbacks[]", "How the recorded server's own engine goes on; ours needs none."),
        new("workflow_instances", "$.workflowState.bookmarks[].callbackMethodName", "As completionCallbacks."),
        new("workflow_instances", "$.workflowState.incidents[].exception.stackTrace", "Our insides are in the server's log, for its operator."),
        new("workflow_instances", "$.workflowState.incidents[].exception.innerException", "As stackTrace."),
        new("journal", "$.items[].payload.stackTrace", "As in incidents."),
        new("journal", "$.items[].payload.innerException", "As in incidents."),
        new("journal", "$.items[].payload.source", "Names an assembly."),
        new("journal", "$.items[].payload.data", "Of an exception; there are none in our journal."),
        new("POST.api_workflow_definitions", "$.workflowDefinition.root.activities[].labels", "An input of an activity that only the recorded server knew."),
        new("POST.api_workflow_definitions", "$.workflowDefinition.root.activities[].revision", "As labels."),
    ];

    private static readonly Entry[] More =
    [
        new("descriptors_activities", "$.items[].inputs[].isRequired", "Studio marks inputs that must be given."),
        new("definitions", "$.customProperties.kairship:revision", "Says which content is edited: Studio gives it back when it saves."),
        new("definitions", "$.workflowDefinition.customProperties.kairship:revision", "As above."),
        new("POST.api_workflow_definitions", "$.workflowDefinition.inputs[].isArray", "What was saved comes back as it was sent, also what says nothing."),
        new("POST.api_workflow_definitions", "$.workflowDefinition.outputs[].isArray", "As above."),
        new("POST.api_workflow_definitions", "$.workflowDefinition.root.activities[].replicas.memoryReference", "As above."),
        new("definitions", "$.validationErrors[]", "The recorded save had nothing to say: there every activity was known."),
        new("definitions_by_id", "$.root.activities[].cases", "Of the activity that stands in for the one that only the recorded server could run."),
        new("", "$.workflowState.input.Release", "What the instance was started with; the recorded server did not keep it."),
        new("journal", "$.items[].message", "What a line says for people; recorded lines other than faults said nothing."),
        new("journal", "$.items[].payload", "What the journal keeps of an activity: inputs, outputs, outcomes, what it waited for."),
        new("descriptors_activities", "$.items[].inputs[].uiSpecifications", "Which hints have details depends on the activities that are there."),
    ];

    public static bool IsOmitted(string exchange, string place) => Left.Any(e => Covers(e, exchange, place));

    public static bool IsAddition(string exchange, string place) => More.Any(e => Covers(e, exchange, place));

    private static bool Covers(Entry entry, string exchange, string place) =>
        exchange.Contains(entry.Exchange, StringComparison.Ordinal)
        && Regex.IsMatch(place, "^" + Regex.Escape(entry.Place).Replace(@"\*", @"[^.\[]+", StringComparison.Ordinal) + @"($|[.\[])", RegexOptions.None, TimeSpan.FromSeconds(1));
}
