using System.Text.Json.Nodes;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution.Journaling;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Execution;

/// <content>The journal: what people read of an instance. Values are looked at only where there are any.</content>
internal sealed partial class Interpreter
{
    private readonly List<(ExecutionState Execution, KeyValuePair<string, JsonNode?> Output)> givenOutputs = [];
    private JournalData? journal;
    private int journalLength;

    private readonly GraphJournal knowledge;

    private JournalData Data => journal ??= new JournalData(new InstanceSecrets(knowledge, State), journalOptions);

    /// <summary>A text without the secrets of this instance.</summary>
    public string Mask(string text) => Data.Secrets.Mask(text);

    private void Journal(ExecutionState? execution, string what, string? message, JsonObject? data = null)
    {
        string? written = null;
        if (data is { Count: > 0 })
        {
            Data.Secrets.LearnInside(data);
            Data.Begin();
            foreach (var (name, value) in data)
            {
                Data.Value(name, SecretNames.IsSecret(name) && value is not null ? JsonValue.Create(InstanceSecrets.Mark) : value);
            }

            written = Data.End();
        }

        Record(execution, what, message is null ? null : Data.Message(message), written);
    }

    private int Record(ExecutionState? execution, string what, string? message, string? data)
    {
        var node = execution is null ? null : graph.ById[execution.ActivityId];
        journalLength += (message?.Length ?? 0) + (data?.Length ?? 0);
        Outgoing.Journal.Add(new JournalRecord(State.Id, ++State.JournalSequence, now, node?.Id, node?.NodeId, node?.TypeName,
            execution is null ? null : ExternalId(execution), what, message, journalLength > journalOptions.MaxTransitionLength ? null : data));
        Outgoing.Changed = true;
        return Outgoing.Journal.Count - 1;
    }

    /// <summary>Inputs are known only when the activity has run: its line is there before the lines of what it does, and gets them afterwards.</summary>
    private void JournalInputs(int line, ExecutionState execution, ActivityNode node, IReadOnlyList<KeyValuePair<string, JsonNode?>> evaluated)
    {
        if (evaluated.Count > 0 || (execution.Parent is { } parent && parent != knowledge[node].DerivedParent))
        {
            JournalInputs(line, execution, knowledge[node], evaluated);
        }
    }

    private void JournalInputs(int line, ExecutionState execution, NodeJournal plan, IReadOnlyList<KeyValuePair<string, JsonNode?>> evaluated)
    {
        var inputs = evaluated.Where(i => plan.LogsInput(i.Key, journalOptions)).ToList();
        var parent = execution.Parent is { } p && p != plan.DerivedParent ? p : null;
        if ((inputs.Count == 0 && parent is null) || line >= Outgoing.Journal.Count || journalLength > journalOptions.MaxTransitionLength)
        {
            return;
        }

        Data.Begin();
        Data.Text("parent", parent);
        if (inputs.Count > 0)
        {
            Data.Values("inputs", inputs, plan.IsSensitiveInput);
        }

        var data = Data.End();
        journalLength += data.Length;
        Outgoing.Journal[line] = Outgoing.Journal[line] with { Data = data };
    }

    private void JournalCompleted(ExecutionState execution, List<string> outcomes)
    {
        if (ReferenceEquals(outcomes, DoneOnly) && givenOutputs.Count == 0 && execution.Failures == 0)
        {
            Record(execution, "Completed", null, null);
        }
        else
        {
            JournalCompletedWith(execution, outcomes);
        }
    }

    private void JournalCompletedWith(ExecutionState execution, List<string> outcomes)
    {
        var plan = knowledge[graph.ById[execution.ActivityId]];
        var outputs = givenOutputs.Count == 0
            ? []
            : givenOutputs.Where(g => ReferenceEquals(g.Execution, execution) && plan.LogsOutput(g.Output.Key, journalOptions)).Select(g => g.Output).ToList();
        givenOutputs.RemoveAll(g => ReferenceEquals(g.Execution, execution));
        if (outcomes is ["Done"] && outputs.Count == 0 && execution.Failures == 0)
        {
            Record(execution, "Completed", null, null);
            return;
        }

        Data.Begin();
        if (outcomes is not ["Done"])
        {
            Data.Texts("outcomes", outcomes);
        }

        if (outputs.Count > 0)
        {
            Data.Values("outputs", outputs, plan.IsSensitiveOutput);
        }

        if (execution.Failures > 0)
        {
            Data.Number("attempts", execution.Failures + 1);
        }

        Record(execution, "Completed", null, Data.End());
    }

    private void JournalSuspended(ExecutionState execution)
    {
        var stimuli = execution.Bookmarks?.Select(b => $"{b.Name} {b.Key}").Take(20).ToList() ?? [];
        Data.Begin();
        if (stimuli.Count > 0)
        {
            Data.Texts("waitsFor", stimuli);
        }

        Data.Text("until", execution.Due?.ToString("O"));
        Record(execution, "Suspended", stimuli.Count == 0 ? null : Data.Message($"waits for {string.Join(", ", stimuli.Take(3))}"), Data.End());
    }

    private void JournalResumed(ExecutionState execution, Activities.Stimulus? stimulus)
    {
        string? data = null;
        if (stimulus?.Payload is { } payload && knowledge[graph.ById[execution.ActivityId]].LogsInput("payload", journalOptions))
        {
            Data.Begin();
            Data.Value("payload", payload);
            data = Data.End();
        }

        Record(execution, "Resumed", stimulus is null ? "time" : Data.Message($"{stimulus.Key.Name} {stimulus.Key.Key}"), data);
    }

    /// <summary>A line of the instance with the workflow's inputs or outputs.</summary>
    private void JournalWorkflow(string what, string name, JsonObject? values, bool logs)
    {
        string? data = null;
        if (values is { Count: > 0 } && (knowledge.Log.Default ?? logs))
        {
            Data.Begin();
            Data.Values(name, [.. values], Data.Secrets.IsSensitive);
            data = Data.End();
        }

        Record(null, what, null, data);
    }

    private void LearnInput(ActivityNode node, string name, JsonNode? value)
    {
        if (value is not null && knowledge[node].IsSensitiveInput(name))
        {
            Data.Secrets.Learn(value);
        }
    }

    private void LearnOutput(ActivityNode node, string name, JsonNode? value)
    {
        if (value is not null && knowledge[node].IsSensitiveOutput(name))
        {
            Data.Secrets.Learn(value);
        }
    }

    /// <summary>A value that becomes part of the state under a secret's name is a secret from now on.</summary>
    private void Assigned(string name, JsonNode? value)
    {
        Grow(value);
        if (value is not null && knowledge.IsSensitive(name))
        {
            Data.Secrets.Learn(value);
        }
    }
}
