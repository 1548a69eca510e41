using System.CommandLine;
using Kairship.Cli.Output;

namespace Kairship.Cli.Triggers;

internal static class EventCommands
{
    public static Command Create() => new Command("events", "Events for workflows: publish") { Publish() }.WithExamples("kairship events publish build-done --payload build.json");

    private static Command Publish()
    {
        var name = new Argument<string>("event");
        var payload = new Option<string?>("--payload") { Description = "A file with JSON ('-': standard input)" };
        var data = new Option<string?>("--data") { Description = "The JSON itself" };
        var correlation = new Option<string?>("--correlation-id") { Description = "Only instances with this correlation id go on; new ones get it" };
        var key = new Option<string?>("--idempotency-key") { Description = "The same key twice counts once" };
        return new Command("publish", "Publishes an event: instances that wait for it go on, workflows that start by it start") { name, payload, data, correlation, key }
            .WithExamples("kairship events publish build-done --data '{\"image\": \"shop:2\"}' --idempotency-key build-42")
            .Calls(async (result, client, ct) =>
            {
                if (result.GetValue(data) is not null && result.GetValue(payload) is not null)
                {
                    throw new CommandException("--data and --payload both give the payload: take one of them", 2);
                }

                var json = result.GetValue(data) ?? (result.GetValue(payload) is { } file ? await Sources.ReadAsync(file, ct) : null);
                var receipt = await client.PublishEventAsync(result.GetRequiredValue(name), json, result.GetValue(correlation), result.GetValue(key), ct);
                var rows = receipt.Started.Select(i => ("started", i)).Concat(receipt.Resumed.Select(i => ("resumed", i))).Concat(receipt.Refused.Select(p => ("refused", p)));
                return Printer.Print(result, receipt, rows, ["What", "Instance"], r => [r.Item1, r.Item2]);
            });
    }
}
