using System.Text;

namespace TraceDashboard.Benchmarks.Load;

/// <summary>
/// Sentences to build prompts and answers from. Some thousand of them are made once; a text is a random choice of them, so
/// that generating it costs a copy, while no text repeats another and compression gains what it gains on prose.
/// </summary>
internal sealed class SampleText
{
    private const int Sentences = 6_000;

    private static readonly string[] Words =
        ("the of and a to in is you that it he was for on are as with his they at be this from have or by one had not but what all were " +
        "when we there can an your which their said if do will each about how up out them then she many some so these would other into has " +
        "more her two like him see time could no make than first been its who now people my made over did down only way find use may water " +
        "long little very after words called just where most know get through back much before go good new write our used me man too any day " +
        "same right look think also around another came come work three word must because does part even place well such here take why things " +
        "help put years different away again off went old number great tell men say small every found still between name should home big give " +
        "air line set own under read last never us left end along while might next sound below saw something thought both few those always " +
        "looked show large often together asked house world going want school important until form food keep children feet land side without " +
        "boy once animals life enough took sometimes four head above kind began almost live page got earth need far hand high year mother " +
        "light parts country father let night following picture being study second eyes soon times story boys since white days ever paper hard " +
        "near sentence better best across during today others however sure means knew try told young miles sun ways thing whole hear example " +
        "heard several change answer room sea against top turned learn point city play toward five using himself usually money seen car " +
        "morning body upon family later turn move face door cut done group true half red fish plants living wanted black eat short " +
        "run book gave order open ground cold really table remember tree course front space inside ago sad early learned brought close " +
        "nothing though started idea call lived makes became looking add become grow draw yet less wind behind cannot letter among able dog " +
        "shown mean english rest perhaps certain six feel fire ready green built special ran full town complete oh person hot anything hold " +
        "state list stood ten tried everyone figure explain region matter service customer invoice refund shipping account balance contract " +
        "clause report quarter revenue forecast margin policy endpoint request response latency token prompt context embedding vector index " +
        "query document passage chunk cluster replica shard deploy release rollback migration schema column tenant session cache budget retry " +
        "timeout gateway stream model agent tool function argument parameter warehouse delivery carrier parcel pickup supplier purchase approval")
        .Split(' ');

    private readonly byte[][] _sentences;

    public SampleText(int seed)
    {
        var random = new Random(seed);
        _sentences = new byte[Sentences][];
        for (var i = 0; i < Sentences; i++)
            _sentences[i] = Encoding.UTF8.GetBytes(MakeSentence(random));
    }

    /// <summary>A text of about that many bytes: ASCII without characters that JSON escapes.</summary>
    public byte[] Make(Random random, int bytes)
    {
        var text = new byte[bytes];
        var length = 0;
        while (length < bytes)
        {
            var sentence = _sentences[random.Next(Sentences)].AsSpan();
            sentence = sentence[..Math.Min(sentence.Length, bytes - length)];
            sentence.CopyTo(text.AsSpan(length));
            length += sentence.Length;
        }

        return text;
    }

    private static string MakeSentence(Random random)
    {
        var text = new StringBuilder();
        var count = random.Next(8, 22);
        for (var i = 0; i < count; i++)
        {
            // A number now and then, as amounts, dates and references are in real prompts.
            var word = random.Next(12) == 0 ? random.Next(10, 100_000).ToString(System.Globalization.CultureInfo.InvariantCulture) : Words[random.Next(Words.Length)];
            text.Append(i == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            text.Append(i == count - 1 ? ". " : random.Next(9) == 0 ? ", " : " ");
        }

        return text.ToString();
    }
}
