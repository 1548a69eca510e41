using System.CommandLine;
using Kairship.Cli.Output;

namespace Kairship.Cli.Applications;

internal static class ApplyCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--file", "-f") { Description = "File with the application ('-': standard input)", Required = true };
        return new Command("apply", "Creates or changes an application: where it goes, what differs there, how it is released. Releases nothing.") { file }
            .WithExamples("kairship apply -f application.yaml", "cat application.yaml | kairship apply -f -")
            .Calls(async (result, client, ct) =>
            {
                var applied = await client.ApplyApplicationAsync(await Sources.ReadAsync(result.GetRequiredValue(file), ct), ct);
                return Printer.Print(result, applied, [applied], ["Application", "Change"], a => [a.Name, a.Change]);
            });
    }
}
