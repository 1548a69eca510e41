using System.CommandLine;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Spectre.Console;

namespace Kairship.Cli.Applications;

internal static class ApplyCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--file", "-f") { Description = "File with the application, or with Karmada's PropagationPolicy and OverridePolicy objects ('-': standard input)", Required = true };
        var into = new Option<string?>("--application") { Description = "Into which application Karmada's policies go [default: the one whose objects they select]" };
        return new Command(
                "apply", "Creates or changes an application: where it goes, what differs there, how it is released. Karmada's policies are read into the application that they are for; what of them has no counterpart is said line by line. Releases nothing. All fields of an application: docs/application.md.") { file, into }
            .WithExamples(
                "kairship apply -f application.yaml", "cat application.yaml | kairship apply -f -", "kairship apply -f propagation-policy.yaml --application storefront")
            .Calls(async (result, client, ct) =>
            {
                var applied = await client.ApplyApplicationAsync(await Sources.ReadAsync(result.GetRequiredValue(file), ct), result.GetValue(into), ct);
                var code = Printer.Print(result, applied, [applied], ["Application", "Change"], a => [a.Name, a.Change]);
                if (GlobalOptions.FormatOf(result) == OutputFormat.Table)
                {
                    foreach (var note in applied.Notes ?? [])
                    {
                        Run.Errors.MarkupLineInterpolated($"[yellow]note:[/] {note}");
                    }
                }

                return code;
            });
    }
}
