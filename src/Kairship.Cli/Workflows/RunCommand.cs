using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Workflows;

/// <summary>"workflows run": starts an instance, and may wait until it comes to rest.</summary>
internal static class RunCommand
{
    private const int Failed = 5;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var workflow = new Argument<string>("workflow");
        var input = new Option<string[]>("--input") { Description = "An input as name=value; JSON values are taken as such. May be given again" };
        var data = new Option<string?>("--data") { Description = "All inputs as a JSON object" };
        var correlation = new Option<string?>("--correlation-id") { Description = "What the instance is about" };
        var version = new Option<int?>("--version") { Description = "Which version [default: the published one]" };
        var key = new Option<string?>("--idempotency-key") { Description = "The same key twice starts one instance" };
        var wait = new Option<bool>("--wait") { Description = "Wait until it has ended; ends with 5 when it faulted or was cancelled" };
        return new Command("run", "Starts an instance of a published workflow") { workflow, input, data, correlation, version, key, wait }
            .WithExamples("kairship workflows run nightly-report", "kairship workflows run greet --input name=World --input times=3 --wait")
            .Calls(async (result, client, ct) =>
            {
                var inputs = Inputs(result.GetValue(data), result.GetValue(input) ?? []);
                var request = new RunWorkflowRequest(JsonSerializer.SerializeToElement(inputs), result.GetValue(correlation), null, result.GetValue(version));
                var instance = await client.RunWorkflowAsync(result.GetRequiredValue(workflow), request, result.GetValue(key), ct);
                if (result.GetValue(wait))
                {
                    instance = await EndAsync(client, instance, ct);
                }

                InstanceCommands.Print(result, instance, [instance]);
                return result.GetValue(wait) && instance.Status != "Finished" ? Failed : 0;
            });
    }

    private static JsonObject Inputs(string? data, IReadOnlyList<string> pairs)
    {
        var inputs = data is null ? [] : Json(data) as JsonObject ?? throw new CommandException("--data is not a JSON object, such as '{\"name\": \"World\"}'", 2);
        foreach (var (name, value) in Sources.Pairs(pairs, "--input"))
        {
            inputs[name] = Json(value) ?? (value == "null" ? null : JsonValue.Create(value));
        }

        return inputs;
    }

    private static JsonNode? Json(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static async Task<InstanceInfo> EndAsync(KairshipClient client, InstanceInfo instance, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (instance.Status is not ("Finished" or "Cancelled" or "Faulted") && instance.QuarantineReason is null && await timer.WaitForNextTickAsync(cancellationToken))
        {
            instance = (await client.GetInstanceAsync(instance.Id, cancellationToken)).Instance;
        }

        return instance;
    }
}
