using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>
/// One version of one object, which never changes: a tree while it is in use, its text when nobody has asked for it for a while. Only the store touches it, under
/// its lock.
/// </summary>
internal sealed class StoredObject
{
    JsonObject? _tree;
    byte[]? _text;
    int _usedIn;

    public StoredObject(JsonObject tree, int round) => (_tree, _usedIn) = (tree, round);

    public StoredObject(byte[] text) => _text = text;

    public bool IsPacked => _tree is null;

    public byte[] Text => _text ??= ObjectText.Write(_tree!);

    public JsonObject Read(int round)
    {
        if (_tree is null)
            return ObjectText.Read(_text);
        _usedIn = round;
        return _tree;
    }

    /// <summary>Reads it and holds the tree from now on.</summary>
    public JsonObject Unpack(int round)
    {
        _tree ??= ObjectText.Read(_text);
        _usedIn = round;
        return _tree;
    }

    /// <summary>Leaves only the text, unless the tree was used since the round before.</summary>
    /// <returns>Whether only the text is left.</returns>
    public bool Pack(int since)
    {
        if (_tree is not null && _usedIn >= since)
            return false;
        _ = Text;
        _tree = null;
        return true;
    }
}
