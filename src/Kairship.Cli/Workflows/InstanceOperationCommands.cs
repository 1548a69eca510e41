using System.CommandLine;
using System.Text.Json;
using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Workflows;

/// <summary>What an operator does to one instance.</summary>
internal static class InstanceOperationCommands
{
    public static Command Pause() => Simple("pause", "Pauses an instance: what runs is finished, nothing new starts, signals wait", (client, id, ct) => client.PauseInstanceAsync(id, ct));

    public static Command Resume() => Simple("resume", "Goes on after a pause", (client, id, ct) => client.ResumeInstanceAsync(id, ct));

    public static Command Retry()
    {
        var id = new Argument<string>("instance");
        var activity = new Option<string?>("--activity") { Description = "Only this activity or execution; otherwise everything that faulted" };
        return new Command("retry", "Runs what faulted in an instance again, and nothing that completed; or lifts its quarantine") { id, activity }
            .WithExamples("kairship instances retry INSTANCE", "kairship instances retry INSTANCE --activity apply")
            .Calls(async (result, client, ct) => Print(result, await client.RetryInstanceAsync(result.GetRequiredValue(id), result.GetValue(activity), ct)));
    }

    public static Command Skip()
    {
        var id = new Argument<string>("instance");
        var activity = new Argument<string>("activity") { Description = "An activity that runs once, or an execution id" };
        var outcomes = new Option<string[]>("--outcome") { Description = "What it leaves by (several times); otherwise Done" };
        return new Command("skip", "Ends an activity as if it had completed, without doing it") { id, activity, outcomes }
            .WithExamples("kairship instances skip INSTANCE notify", "kairship instances skip INSTANCE check --outcome Healthy")
            .Calls(async (result, client, ct) => Print(result, await client.SkipActivityAsync(
                result.GetRequiredValue(id), new SkipActivityRequest(result.GetRequiredValue(activity), result.GetValue(outcomes) is { Length: > 0 } given ? given : null), ct)));
    }

    public static Command SetVariable()
    {
        var id = new Argument<string>("instance");
        var name = new Argument<string>("variable");
        var value = new Argument<string>("value") { Description = "JSON, or text where it is none" };
        var execution = new Option<string?>("--execution") { Description = "Look the variable up from this execution outwards; otherwise among those of the workflow" };
        return new Command("set-variable", "Gives a variable of an instance another value, converted to its type") { id, name, value, execution }
            .WithExamples("kairship instances set-variable INSTANCE replicas 3", "kairship instances set-variable INSTANCE image '{\"tag\": \"2.0\"}'")
            .Calls(async (result, client, ct) => Print(result, await client.SetVariableAsync(
                result.GetRequiredValue(id), result.GetRequiredValue(name), new SetVariableRequest(Json(result.GetRequiredValue(value)), result.GetValue(execution)), ct)));
    }

    private static Command Simple(string name, string description, Func<KairshipClient, string, CancellationToken, Task<InstanceInfo>> act)
    {
        var id = new Argument<string>("instance");
        return new Command(name, description) { id }.WithExamples($"kairship instances {name} INSTANCE")
            .Calls(async (result, client, ct) => Print(result, await act(client, result.GetRequiredValue(id), ct)));
    }

    private static int Print(ParseResult result, InstanceInfo instance) => InstanceCommands.Print(result, instance, [instance]);

    private static JsonElement Json(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}
