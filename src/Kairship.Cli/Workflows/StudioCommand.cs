using System.CommandLine;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;

namespace Kairship.Cli.Workflows;

internal static class StudioCommand
{
    public static Command Create() => new Command("studio", "Prints a link that opens the designer in a browser, signed in with this key. It works once, for half an hour.")
        .WithExamples("kairship studio", "xdg-open $(kairship studio)")
        .Calls(async (result, client, cancellationToken) =>
        {
            var link = await client.MakeSignInLinkAsync(cancellationToken);

            // Whole, however narrow the terminal: a broken link opens nothing.
            Console.Out.WriteLine(Address(GlobalOptions.AddressOf(result), link.Path));
            return 0;
        });

    public static string Address(Uri server, string path) => server.AbsoluteUri.TrimEnd('/') + path;
}
