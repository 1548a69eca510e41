using System.CommandLine;
using Kairship.Api.Releases;
using Kairship.Cli.Connection;
using Kairship.Cli.Output;
using Kairship.Server.Applications.Sources;

namespace Kairship.Cli.Releases;

/// <summary>How a command is told which revision is meant.</summary>
internal sealed class RevisionOptions
{
    private readonly Option<string?> _source = new("--source", "-f") { Description = "Manifests: a file, a folder of them, of a kustomization or of a Helm chart ('-': standard input) [default: the application's own source]" };
    private readonly Option<bool> _recursive = new("--recursive") { Description = "With --source: folders inside of the folder, too" };
    private readonly Option<string[]> _values = new("--values") { Description = "With --source of a Helm chart: file of values, again for each", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _set = new("--set") { Description = "With --source of a Helm chart: NAME=VALUE, again for each", DefaultValueFactory = _ => [] };
    private readonly Option<bool> _remote = new("--allow-remote") { Description = "With --source of a kustomization: bases from elsewhere are fetched" };
    private readonly Option<string[]> _images = new("--image") { Description = "NAME=TAG: the current revision with this image's tag, again for each", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _revision = new("--revision", "-r") { Description = "What the revision is called [default: r and its number]; alone: an existing one" };

    public Command AddTo(Command command)
    {
        command.Options.Add(_source);
        command.Options.Add(_recursive);
        command.Options.Add(_values);
        command.Options.Add(_set);
        command.Options.Add(_remote);
        command.Options.Add(_images);
        command.Options.Add(_revision);
        return command;
    }

    public async Task<(string? Source, IReadOnlyList<ImageTag>? Images, string? Revision)> ReadAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var images = Sources.Pairs(result.GetValue(_images)!, "--image").Select(p => new ImageTag(p.Key, p.Value)).ToList();
        var source = result.GetValue(_source);
        var revision = result.GetValue(_revision);
        if (source is not null && images.Count > 0)
        {
            throw new CommandException("--source and --image exclude each other: images are set on the current revision", 2);
        }

        return (source is null ? null : await RenderAsync(result, source, cancellationToken), images.Count > 0 ? images : null, revision);
    }

    /// <summary>What is on the user's disk is rendered here, by the user's own kubectl and helm.</summary>
    private async Task<string> RenderAsync(ParseResult result, string source, CancellationToken cancellationToken)
    {
        if (source == "-")
        {
            return await Sources.ReadAsync(source, cancellationToken);
        }

        var application = result.GetRequiredValue<string>("application");
        var order = new SourceOrder(source)
        {
            Recursive = result.GetValue(_recursive),
            Values = result.GetValue(_values)!,
            Set = Sources.Pairs(result.GetValue(_set)!, "--set"),
            AllowRemote = result.GetValue(_remote),
            ReleaseName = application,
            Namespace = SourceRenderer.IsChart(source) ? await NamespaceOfAsync(result, application, cancellationToken) : null,
        };
        return await new SourceRenderer(TimeProvider.System).RenderAsync(order, cancellationToken);
    }

    private static async Task<string> NamespaceOfAsync(ParseResult result, string application, CancellationToken cancellationToken)
    {
        using var client = GlobalOptions.Connect(result);
        return (await client.GetApplicationAsync(application, cancellationToken)).Namespace;
    }
}
