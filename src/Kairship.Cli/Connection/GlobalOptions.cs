using System.CommandLine;
using Kairship.Api;
using Kairship.Cli.Output;

namespace Kairship.Cli.Connection;

/// <summary>Options that every command takes, and the client that they lead to.</summary>
internal static class GlobalOptions
{
    public const string DefaultServer = "http://127.0.0.1:7420";

    private static readonly Option<string?> Server = new("--server")
    {
        Description = $"Address of the server [default: $KAIRSHIP_SERVER, then {DefaultServer}]", Recursive = true,
    };

    private static readonly Option<string?> Token = new("--token")
    {
        Description = "API key [default: $KAIRSHIP_TOKEN, then the admin key of the local data folder]", Recursive = true,
    };

    private static readonly Option<OutputFormat> Output = new("--output", "-o")
    {
        Description = "How results are printed", DefaultValueFactory = _ => OutputFormat.Table, Recursive = true,
    };

    /// <summary>Where a server keeps its data unless told otherwise.</summary>
    public static string DefaultData =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "kairship");

    public static void AddTo(RootCommand root)
    {
        root.Options.Add(Server);
        root.Options.Add(Token);
        Output.AcceptOnlyFromAmong("table", "wide", "json", "yaml");
        Output.HelpName = "table|wide|json|yaml";
        root.Options.Add(Output);
    }

    /// <summary>Wide is a table to all but those who have more columns.</summary>
    public static OutputFormat FormatOf(ParseResult result) => IsWide(result) ? OutputFormat.Table : result.GetValue(Output);

    public static bool IsWide(ParseResult result) => result.GetValue(Output) == OutputFormat.Wide;

    /// <exception cref="CommandException">The address is none.</exception>
    public static KairshipClient Connect(ParseResult result)
    {
        var uri = AddressOf(result);
        return KairshipClient.Connect(uri, result.GetValue(Token) ?? Setting("KAIRSHIP_TOKEN") ?? LocalAdminKey(uri));
    }

    /// <exception cref="CommandException">The address is none.</exception>
    public static Uri AddressOf(ParseResult result)
    {
        var address = result.GetValue(Server) ?? Setting("KAIRSHIP_SERVER") ?? DefaultServer;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new CommandException($"'{address}' is not the address of a server: it must look like {DefaultServer}.", 2);
        }

        return uri;
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The key of this machine's own server is never sent to another machine.</summary>
    private static string? LocalAdminKey(Uri server)
    {
        var file = Path.Combine(DefaultData, "admin.key");
        return server.IsLoopback && File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }
}
