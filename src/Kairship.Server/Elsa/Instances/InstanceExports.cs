using System.IO.Compression;
using System.Text.Json;

namespace Kairship.Server.Elsa.Instances;

/// <summary>An instance as a document to look at: its state, variables and journal, as masked as they are shown. Nothing reads it again.</summary>
internal sealed record InstanceExport(string Format, ElsaInstance Instance, IReadOnlyList<ElsaVariable> Variables, IReadOnlyList<ElsaJournalEntry> Journal)
{
    public const string CurrentFormat = "kairship-instance/1";

    public static InstanceExport Of(InstanceView view) => new(CurrentFormat, WorkflowStates.Instance(view), WorkflowStates.Variables(view), JournalEntries.Of(view));

    public static string FileName(string instanceId) => $"workflow-instance-{new string([.. instanceId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')])}.json";
}

/// <summary>Documents and zips of them.</summary>
internal static class InstanceExports
{
    public const int Most = 100;
    private static readonly JsonSerializerOptions Indented = new(ElsaJson.Options) { WriteIndented = true };

    public static byte[] Document(InstanceView view) => JsonSerializer.SerializeToUtf8Bytes(InstanceExport.Of(view), Indented);

    /// <summary>In a file that is gone when the stream is closed: a hundred journals may be large.</summary>
    public static async Task<Stream> ZipAsync(IAsyncEnumerable<InstanceView> views, CancellationToken cancellationToken)
    {
        var file = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 81920, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            {
                await foreach (var view in views.WithCancellation(cancellationToken))
                {
                    await using var entry = zip.CreateEntry(InstanceExport.FileName(view.Record.Id)).Open();
                    await entry.WriteAsync(Document(view), cancellationToken);
                }
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
